-- What people know of a transcript, and by which sheets they said it.

CREATE TABLE transcript_attributes (
    transcript_id VARCHAR NOT NULL REFERENCES transcripts (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    attributes VARCHAR NOT NULL USING COMPRESSION uncompressed,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (transcript_id, number)
);
COMMENT ON TABLE transcript_attributes IS 'What people say of a transcript (group, role, participants of a group, the encoding that it was read in, and whatever else a sheet holds), each change a new row with all that holds then; attributes is JSON.';

CREATE TABLE run_sheets (
    run_id VARCHAR NOT NULL REFERENCES runs (id),
    holds VARCHAR NOT NULL CHECK (holds IN ('speakers', 'attributes', 'encoding')),
    given_by VARCHAR NOT NULL USING COMPRESSION uncompressed,
    PRIMARY KEY (run_id, holds)
);
COMMENT ON TABLE run_sheets IS 'By what a run was told of corrections (a sheet of speakers, one of attributes, an encoding), and by whose account on this machine. The names of sheets are not stored: a file''s name may hold a person''s.';

CREATE VIEW current_attributes AS
    SELECT transcript_id, number, attributes
    FROM transcript_attributes
    QUALIFY row_number() OVER (PARTITION BY transcript_id ORDER BY number DESC) = 1;
COMMENT ON VIEW current_attributes IS 'What people say of each transcript now.';

CREATE VIEW correction_list AS
    WITH said AS (
        SELECT s.transcript_id, 'speaker' AS about, s.pseudonym AS speaker, b.number, b.run_id,
               json_object('asks', CASE WHEN b.asks THEN 'yes' WHEN NOT b.asks THEN 'no' ELSE 'unknown' END,
                           'standing', array_to_string(b.standing, '; '), 'participant', b.participant_id)::VARCHAR AS now,
               b.basis = 'corrected' AS corrected,
               s.id AS about_id
        FROM speakers s JOIN speaker_beliefs b ON b.speaker_id = s.id
        UNION ALL
        SELECT transcript_id, 'transcript', NULL, number, run_id, attributes, true, transcript_id FROM transcript_attributes
    ), told AS (
        SELECT *, lag(now) OVER (PARTITION BY about, about_id ORDER BY number) AS before,
               row_number() OVER (PARTITION BY about, about_id ORDER BY number DESC) = 1 AS in_force
        FROM said
    )
    SELECT t.dataset, t.source, c.transcript_id, c.about, c.speaker, c.number, c.before, c.now, c.in_force,
           r.started_at AS made_at, w.given_as, w.given_by
    FROM told c
    JOIN transcripts t ON t.id = c.transcript_id
    LEFT JOIN runs r ON r.id = c.run_id
    LEFT JOIN (
        SELECT run_id, string_agg(CASE WHEN holds = 'encoding' THEN 'the option encoding' ELSE 'the sheet of ' || holds END, ' and ' ORDER BY holds) AS given_as, min(given_by) AS given_by
        FROM run_sheets GROUP BY run_id
    ) w ON w.run_id = c.run_id
    WHERE c.corrected;
COMMENT ON VIEW correction_list IS 'Every correction of a speaker or a transcript: what held before (JSON; nothing where it is the first word on it), what was said, when, by which kind of sheet, by whose account, and whether it holds now.';
