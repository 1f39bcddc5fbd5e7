-- What people know of a dataset's context: the five dimensions of peer support, and whatever else they say.

CREATE TABLE dataset_attributes (
    dataset VARCHAR NOT NULL REFERENCES datasets (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    attributes VARCHAR NOT NULL USING COMPRESSION uncompressed,
    said_by VARCHAR NOT NULL USING COMPRESSION uncompressed,
    said_at TIMESTAMP NOT NULL,
    PRIMARY KEY (dataset, number)
);
COMMENT ON TABLE dataset_attributes IS 'What people say of a dataset, each change a new row with all that holds then; attributes is JSON, said_by the account on this machine. The column attributes of datasets is not used.';

CREATE VIEW current_dataset_attributes AS
    SELECT d.id AS dataset, coalesce(a.number, 0) AS number, coalesce(a.attributes, '{}') AS attributes
    FROM datasets d
    LEFT JOIN (
        SELECT dataset, number, attributes FROM dataset_attributes
        QUALIFY row_number() OVER (PARTITION BY dataset ORDER BY number DESC) = 1
    ) a ON a.dataset = d.id;
COMMENT ON VIEW current_dataset_attributes IS 'What people say of each dataset now; number 0 and {} where nobody has said anything.';
