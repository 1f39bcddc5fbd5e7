"""Prefect flows over the steps of `tagger`; the only place that knows Prefect."""
