"""Transcript tagging: suggestions of values for interview excerpts, for people to decide on."""

__version__ = "0.1.0"
