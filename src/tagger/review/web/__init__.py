"""
The pages: Starlette, Jinja and htmx; every page works without JavaScript.

    app.py         all routes, and what becomes of errors
    server.py      the process that owns the study while people read
    security.py    which requests are answered, and what a browser may do with a page
    visit.py       one request by one reader: what a handler has at hand
    rendering.py   templates
    pages/         one module per page
"""
