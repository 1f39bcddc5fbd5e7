-- A person reads some passages a second time, weeks after, to see how far they agree with themselves. This is for their
-- eyes alone and is no coding: what they hold of a passage stays what it is.

CREATE TABLE repeats (
    id UUID PRIMARY KEY,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    excerpt_id VARCHAR NOT NULL,
    coding_id VARCHAR NOT NULL REFERENCES codings (id),
    draw_id VARCHAR NOT NULL REFERENCES draws (id),
    place INTEGER NOT NULL CHECK (place >= 1),
    drawn_at TIMESTAMP NOT NULL,
    UNIQUE (coder_id, excerpt_id)
);
COMMENT ON TABLE repeats IS 'A passage that its reader is to read again without suggestions, drawn from those that they read so weeks before (coding_id). For nobody else''s eyes.';

CREATE TABLE repeat_readings (
    repeat_id UUID PRIMARY KEY REFERENCES repeats (id),
    skipped BOOLEAN NOT NULL,
    read_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE repeat_readings IS 'How the second reading ended: read against the whole list, or skipped. For nobody else''s eyes.';

CREATE TABLE repeat_answers (
    repeat_id UUID NOT NULL REFERENCES repeat_readings (repeat_id),
    value_id VARCHAR NOT NULL,
    answer VARCHAR NOT NULL CHECK (answer IN ('yes', 'no')),
    PRIMARY KEY (repeat_id, value_id)
);
COMMENT ON TABLE repeat_answers IS 'What the second reading says of each value of the list that the first one was read against.';

CREATE VIEW untouched_blind_readings AS
    SELECT x.coder_id, x.excerpt_id, x.id AS coding_id, x.framework_id, x.coded_at, e.dataset, e.transcript_id
    FROM current_codings x
    JOIN reading_ends c ON c.coding_id = x.id AND c.act IN ('done', 'nothing here')
    JOIN live_excerpts e ON e.excerpt_id = x.excerpt_id AND e.kind = 'passage'
    ANTI JOIN shown_on s ON s.coder_id = x.coder_id AND s.excerpt_id = x.excerpt_id
    WHERE x.kind = 'blind';
COMMENT ON VIEW untouched_blind_readings IS 'Finished blind readings of passages of which their reader was shown nothing since: no suggestion, and nobody else''s reading.';
