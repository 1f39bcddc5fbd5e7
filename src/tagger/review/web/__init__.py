"""
The pages: Starlette, Jinja and htmx; every page works without JavaScript.

    app.py         all routes, and what becomes of errors
    server.py      the process that owns the study while people read
    reach.py       from where the pages can be reached; site.py: how their addresses begin
    security.py    which requests are answered, and what a browser may do with a page
    entrance.py    who is there; access.py: which page is for whom
    doors.py       for the study's own programs
    visit.py       one request by one reader: what a handler has at hand
    rendering.py   templates
    pages/         one module per page
"""
