"""One module per page; each names its `routes`."""
