-- A participant, or somebody who reads, can leave. What was written into files by then is remembered, so that it can be
-- named; and who may not be worked on is no evidence.

CREATE TABLE withdrawals (
    id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('participant', 'reader')),
    who VARCHAR NOT NULL,
    dataset VARCHAR NOT NULL,
    names VARCHAR[] NOT NULL,
    counts VARCHAR NOT NULL,
    withdrawn_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE withdrawals IS 'Receipts of what is gone: who left (a pseudonym, or a reader''s letter), out of which dataset (empty: all), the pseudonyms that nobody gets again, and how much went; counts is JSON. No words, and no hash of any.';

CREATE TABLE audit_losses (
    withdrawal_id VARCHAR NOT NULL REFERENCES withdrawals (id),
    draw_id VARCHAR NOT NULL REFERENCES draws (id),
    stratum VARCHAR NOT NULL,
    passages INTEGER NOT NULL CHECK (passages >= 1),
    PRIMARY KEY (withdrawal_id, draw_id, stratum)
);
COMMENT ON TABLE audit_losses IS 'How many passages of an audit''s sample went with a participant: they are missing answers, and the draw stays what it was.';

CREATE TABLE withdrawn_numbers (
    withdrawal_id VARCHAR NOT NULL REFERENCES withdrawals (id),
    dataset VARCHAR NOT NULL,
    number BIGINT NOT NULL CHECK (number >= 1),
    PRIMARY KEY (dataset, number)
);
COMMENT ON TABLE withdrawn_numbers IS 'The numbers by which people knew transcripts that are gone: the others keep theirs.';

CREATE TABLE exports (
    id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    file_name VARCHAR NOT NULL USING COMPRESSION uncompressed,
    datasets VARCHAR[] NOT NULL,
    made_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE exports IS 'Files that hold people''s words and were written out of the study: what kind, the file''s name without its folder, from which datasets, when. Files from before this table are not in it.';

CREATE OR REPLACE VIEW transcript_list AS
    WITH placed AS (
        SELECT t.id AS transcript_id, t.dataset,
               row_number() OVER (PARTITION BY t.dataset ORDER BY u.started_at NULLS LAST, t.id) AS place
        FROM transcripts t
        LEFT JOIN revisions r ON r.transcript_id = t.id AND r.number = 1
        LEFT JOIN runs u ON u.id = r.run_id
    ), taken AS (
        SELECT dataset, number - row_number() OVER (PARTITION BY dataset ORDER BY number) + 1 AS from_place FROM withdrawn_numbers
    )
    SELECT p.transcript_id, p.dataset, p.place + count(t.dataset) AS number
    FROM placed p LEFT JOIN taken t ON t.dataset = p.dataset AND t.from_place <= p.place
    GROUP BY p.transcript_id, p.dataset, p.place;
COMMENT ON VIEW transcript_list IS 'Transcripts with the numbers by which people know them: 1 for the first of its dataset to be imported. Neither a later import nor a withdrawal changes those of the others.';

CREATE OR REPLACE VIEW current_permissions AS
    SELECT p.participant_id, p.may_process, p.may_process AND p.may_quote AS may_quote, p.withdraw_by
    FROM permissions p
    ANTI JOIN permissions later ON later.participant_id = p.participant_id AND later.recorded_at > p.recorded_at;
COMMENT ON VIEW current_permissions IS 'What each participant allows now; no row: nothing was recorded, and nothing is held back. Words that may not be worked on may not be quoted.';

CREATE OR REPLACE VIEW live_turns AS
    SELECT l.transcript_id, l.revision_id, t.position, t.start, t."end", t.begins, t.ends, t.speaker_id,
           s.pseudonym, s.participant_id, s.asks, coalesce(s.standing, ['unknown']) AS standing,
           coalesce(NOT s.asks, true) AND coalesce(p.may_process, true) AS evidence
    FROM live_revisions l
    JOIN turns t ON t.revision_id = l.revision_id
    LEFT JOIN speaker_list s ON s.speaker_id = t.speaker_id
    LEFT JOIN current_permissions p ON p.participant_id = s.participant_id;
COMMENT ON VIEW live_turns IS 'The turns of each newest text; evidence is false where the speaker is the one who asks, or somebody whose words may not be worked on.';

CREATE OR REPLACE VIEW live_excerpts AS
    SELECT e.id AS excerpt_id, l.dataset, e.transcript_id, l.revision_id, e.segmentation_id, e.kind, p.start, p."end",
           p.first_turn, p.last_turn, e.text, e.sentence_starts, e.sentence_ends, e.text_key
    FROM excerpts e
    JOIN placements p ON p.excerpt_id = e.id
    JOIN live_revisions l ON l.revision_id = p.revision_id
    ANTI JOIN (
        SELECT t.revision_id, t.position
        FROM turns t
        JOIN speaker_list s ON s.speaker_id = t.speaker_id
        LEFT JOIN current_permissions c ON c.participant_id = s.participant_id
        WHERE s.asks OR NOT c.may_process
    ) t ON t.revision_id = p.revision_id AND t.position BETWEEN p.first_turn AND p.last_turn;
COMMENT ON VIEW live_excerpts IS 'Excerpts as they lie in the newest texts; those in turns that turned out to ask, or of somebody whose words may not be worked on, are left out.';

CREATE VIEW overdue_withdrawals AS
    SELECT participant_id, withdraw_by FROM current_permissions WHERE withdraw_by < current_date;
COMMENT ON VIEW overdue_withdrawals IS 'Participants whose words were to be gone by a day that has passed.';
