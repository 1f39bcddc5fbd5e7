-- Who did what, in a chain of entries: none can be changed, taken out or put in without the later ones saying so.

-- Nothing was ever written here: its entries would have said what was erased.
DROP TABLE commitments;

CREATE TABLE trail (
    number BIGINT PRIMARY KEY CHECK (number >= 1),
    noted_at TIMESTAMP,
    row_table VARCHAR,
    row_key VARCHAR,
    salt BLOB,
    commitment BLOB NOT NULL,
    hash BLOB NOT NULL,
    CHECK ((salt IS NULL) = (noted_at IS NULL) AND (salt IS NULL) = (row_table IS NULL) AND (salt IS NULL) = (row_key IS NULL))
);
COMMENT ON TABLE trail IS 'An entry for everything that was stored of what people did and read, in order: commitment is the SHA-256 of the salt, the time, the table and the content, hash the SHA-256 of the hash before, the number and the commitment. Of an entry whose row is erased, nothing stays but its number and these two, so that the chain can still be checked (docs/audit-trail.md).';

CREATE TABLE erasures (
    number INTEGER PRIMARY KEY CHECK (number >= 1),
    entries BIGINT[] NOT NULL,
    erased_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE erasures IS 'The entries of the trail that were emptied because somebody left: their numbers, and nothing of what they were about.';
