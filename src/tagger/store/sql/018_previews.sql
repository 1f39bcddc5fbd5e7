-- What a proposed version of a framework would suggest, worked out before people say where they stand.

CREATE TABLE previews (
    id VARCHAR PRIMARY KEY,
    framework_id VARCHAR NOT NULL REFERENCES frameworks (id),
    scoring_id VARCHAR NOT NULL,
    problem VARCHAR,
    made_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE previews IS 'A comparison of what a dataset is suggested now (scoring_id) with what a run with a proposed version (framework_id) would suggest; problem says in words for people why there is none. The newest one counts.';

CREATE TABLE preview_changes (
    preview_id VARCHAR NOT NULL REFERENCES previews (id),
    value_id VARCHAR NOT NULL,
    excerpt_id VARCHAR NOT NULL,
    added BOOLEAN NOT NULL,
    place INTEGER NOT NULL CHECK (place >= 1),
    PRIMARY KEY (preview_id, value_id, excerpt_id)
);
COMMENT ON TABLE preview_changes IS 'The excerpts that would be suggested for a value and are not (added), or are and would not be, in the order of their scores. They are shown to those alone who have read the excerpt.';

CREATE VIEW current_previews AS
    SELECT p.id AS preview_id, p.framework_id, p.scoring_id, p.problem, p.made_at
    FROM previews p
    QUALIFY row_number() OVER (PARTITION BY p.framework_id, p.scoring_id ORDER BY p.made_at DESC, p.id) = 1;
COMMENT ON VIEW current_previews IS 'The newest preview of each proposed version and scoring.';

CREATE VIEW proposed_versions AS
    SELECT p.about_id AS change_id, c.framework, c.base_id, p.framework_id
    FROM proposals p
    JOIN framework_changes c ON c.id::VARCHAR = p.about_id
    ANTI JOIN framework_adoptions a ON a.change_id = c.id
    WHERE p.about = 'framework'
    QUALIFY row_number() OVER (PARTITION BY p.about_id ORDER BY p.round DESC) = 1;
COMMENT ON VIEW proposed_versions IS 'The newest version that each change proposes, unless the change took effect.';

CREATE VIEW wanted_previews AS
    SELECT DISTINCT v.framework_id, s.dataset, s.scoring_id, s.run_id
    FROM proposed_versions v
    JOIN current_scorings s ON s.framework = v.framework AND s.framework_id = v.base_id
    ANTI JOIN current_previews p
      ON p.framework_id = v.framework_id AND p.scoring_id = s.scoring_id AND p.problem IS NULL;
COMMENT ON VIEW wanted_previews IS 'The proposed versions of which there is no preview yet, by dataset: those whose suggestions were made with the version that is to be changed.';
