-- A table that is said to have been made another way than before: what was said last counts, and both are kept.

CREATE VIEW current_imports AS
    SELECT * FROM imports
    QUALIFY row_number() OVER (PARTITION BY file_key ORDER BY imported_at DESC, id) = 1;
COMMENT ON VIEW current_imports IS 'The tables brought in, each as it was last said to have been made.';

-- As before, but for the codings of a table that was said to have been made another way since.
CREATE OR REPLACE VIEW current_codings AS
    SELECT x.*, f.name AS framework, f.version AS framework_version
    FROM codings x
    JOIN frameworks f ON f.id = x.framework_id
    LEFT JOIN decision_sets s ON s.decision_id = x.decision_id
    ANTI JOIN decisions u ON u.undoes = x.decision_id
    WHERE x.import_id IS NULL OR x.import_id IN (SELECT id FROM current_imports)
    QUALIFY row_number() OVER (PARTITION BY x.coder_id, x.excerpt_id, x.kind, x.made, f.name ORDER BY s.number DESC NULLS LAST, x.coded_at DESC, x.id) = 1;
COMMENT ON VIEW current_codings IS 'The latest coding of each kind, by each person, of each excerpt, that rests on no decision taken back, nor on a table that was said to have been made another way since.';
