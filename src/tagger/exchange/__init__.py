"""Tables in and out: codings that people made elsewhere, and exports; bytes in, bytes out, no file is opened here."""
