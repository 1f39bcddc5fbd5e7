-- Hand-overs: what somebody who leaves was still to read goes to others, and what they had open is free again.

CREATE TABLE hand_overs (
    id UUID PRIMARY KEY,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    by_id VARCHAR REFERENCES coders (id),
    handed_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE hand_overs IS 'A person left, or came no more: what they had open or in packs until then is kept from nobody. by_id: who said so in the browser; nobody: it was done at the terminal.';

CREATE TABLE handed_passages (
    hand_over_id UUID NOT NULL REFERENCES hand_overs (id),
    draw_id VARCHAR NOT NULL REFERENCES draws (id),
    excerpt_id VARCHAR NOT NULL,
    to_id VARCHAR NOT NULL REFERENCES coders (id),
    PRIMARY KEY (hand_over_id, draw_id, excerpt_id)
);
COMMENT ON TABLE handed_passages IS 'The passages of audits that went to somebody else (to_id), who has a row in audit_passages for each, with the draw, stratum and probability that it had.';

CREATE VIEW audit_tasks AS
    SELECT a.draw_id, a.excerpt_id, a.coder_id, a.stratum, a.inclusion_probability, a.place
    FROM audit_passages a
    ANTI JOIN (
        SELECT p.draw_id, p.excerpt_id, h.coder_id FROM handed_passages p JOIN hand_overs h ON h.id = p.hand_over_id
    ) o ON o.draw_id = a.draw_id AND o.excerpt_id = a.excerpt_id AND o.coder_id = a.coder_id
    WHERE a.fate = 'to read';
COMMENT ON VIEW audit_tasks IS 'The passages of audits that are, or were, each person''s to read: those that they handed over are not.';

CREATE VIEW serving_list AS
    SELECT s.id, s.coder_id, s.excerpt_id, s.arm, s.reason, s.position, s.served_at, p.postponed_at AS later, k.pack_id,
           greatest(s.served_at, coalesce(p.postponed_at, s.served_at)) AS touched_at,
           coalesce(touched_at <= h.handed_at, false) AS let_go
    FROM servings s
    LEFT JOIN (SELECT serving_id, max(postponed_at) AS postponed_at FROM postponements GROUP BY serving_id) p ON p.serving_id = s.id
    LEFT JOIN pack_servings k ON k.serving_id = s.id
    LEFT JOIN (SELECT coder_id, max(handed_at) AS handed_at FROM hand_overs GROUP BY coder_id) h ON h.coder_id = s.coder_id;
COMMENT ON VIEW serving_list IS 'What was handed out to whom: when it was put off last (later), the pack it lies in, when it was last handed out or put off (touched_at), and whether this person handed over since (let_go), so that it is kept from nobody.';

CREATE VIEW readers_here AS
    WITH last_served AS (
        SELECT coder_id, max(served_at) AS served_at FROM servings GROUP BY coder_id
    ), last_left AS (
        SELECT coder_id, max(handed_at) AS handed_at FROM hand_overs GROUP BY coder_id
    )
    SELECT r.coder_id, r.letter
    FROM readers r
    LEFT JOIN access a ON a.coder_id = r.coder_id
    LEFT JOIN last_served s ON s.coder_id = r.coder_id
    LEFT JOIN last_left l ON l.coder_id = r.coder_id
    WHERE r.role IS NOT NULL AND r.reads AND (a.coder_id IS NULL OR list_contains(a.roles, 'reviewer'))
      AND (l.handed_at IS NULL OR s.served_at > l.handed_at OR a.changed_at > l.handed_at);
COMMENT ON VIEW readers_here IS 'People who read here: without those who may not read any more, and those who handed over and were given no access and nothing to read since.';

-- By itself, so that to ask about a few passages need not look at all of them.
CREATE VIEW blind_draws AS
    SELECT coder_id, excerpt_id FROM arms WHERE arm = 'blind'
    UNION ALL
    SELECT coder_id, excerpt_id FROM servings WHERE arm = 'blind'
    UNION ALL
    SELECT coder_id, excerpt_id FROM audit_tasks;
COMMENT ON VIEW blind_draws IS 'Passages that were drawn for a person, or handed out to them, to be read without suggestions, whether or not they are cut so now; one that was drawn and handed out is here more than once.';

-- As before, but what was handed over is no longer theirs to read.
CREATE OR REPLACE VIEW blind_passages AS
    SELECT b.coder_id, b.excerpt_id, s.transcript_id, s.revision_id, s.start, s."end", d.excerpt_id IS NULL AS waits
    FROM (SELECT DISTINCT coder_id, excerpt_id FROM blind_draws) b
    JOIN live_spans s ON s.excerpt_id = b.excerpt_id
    JOIN excerpts e ON e.id = b.excerpt_id
    JOIN transcripts t ON t.id = e.transcript_id
    LEFT JOIN newest_scorings c ON c.dataset = t.dataset
    LEFT JOIN conclusions d ON d.coder_id = b.coder_id AND d.excerpt_id = b.excerpt_id AND d.act <> 'skip'
    WHERE e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id);
COMMENT ON VIEW blind_passages IS 'Passages that a person reads without suggestions, drawn so or handed out so; waits is false once they have read it.';

CREATE OR REPLACE VIEW audit_list AS
    SELECT a.draw_id, w.drawn_at, t.dataset, a.excerpt_id, e.transcript_id AS transcript, a.stratum, s.population, s.sample,
           a.inclusion_probability, c.population AS transcript_population, c.sample AS transcript_sample,
           a.coder_id, r.letter AS coder, a.fate,
           k.coder_id IS NOT NULL AND coalesce(b.waits, false) AND d.excerpt_id IS NULL AS waits
    FROM audit_passages a
    JOIN draws w ON w.id = a.draw_id
    JOIN draw_strata s ON s.draw_id = a.draw_id AND s.stratum = a.stratum
    JOIN excerpts e ON e.id = a.excerpt_id
    JOIN transcripts t ON t.id = e.transcript_id
    JOIN audit_cells c ON c.draw_id = a.draw_id AND c.stratum = a.stratum AND c.transcript_id = e.transcript_id
    JOIN readers r ON r.coder_id = a.coder_id
    LEFT JOIN audit_tasks k ON k.draw_id = a.draw_id AND k.coder_id = a.coder_id AND k.excerpt_id = a.excerpt_id
    LEFT JOIN blind_passages b ON b.coder_id = a.coder_id AND b.excerpt_id = a.excerpt_id
    LEFT JOIN conclusions d ON d.coder_id = a.coder_id AND d.excerpt_id = a.excerpt_id AND d.act = 'skip';
COMMENT ON VIEW audit_list IS 'The passages of every audit, one row for each person they go to. population and sample are N and n of the stratum, and inclusion_probability is n / N; those of the stratum within the transcript stand beside them. waits: this person is still to read it; one that they skipped or handed over, or that is no longer cut so, waits no more; unread by all, it is a missing answer.';

CREATE VIEW unfinished_excerpts AS
    SELECT w.excerpt_id, w.coder_id FROM waiting_blind w JOIN readers_here h ON h.coder_id = w.coder_id
    UNION
    SELECT p.excerpt_id, p.coder_id
    FROM audit_tasks p
    JOIN readers_here h ON h.coder_id = p.coder_id
    ANTI JOIN conclusions c ON c.coder_id = p.coder_id AND c.excerpt_id = p.excerpt_id AND c.act <> 'skip';
COMMENT ON VIEW unfinished_excerpts IS 'Excerpts that were drawn for somebody who reads here, and who has not read them yet.';

CREATE VIEW several_readings AS
    SELECT e.dataset, e.excerpt_id, w.wanted, g.dataset IS NULL OR s.excerpt_id IS NOT NULL AS suggested,
           coalesce(p.people, []) AS people
    FROM excerpt_list e
    JOIN wanted_readings w ON w.excerpt_id = e.excerpt_id AND w.wanted > 1
    LEFT JOIN (
        SELECT DISTINCT n.dataset FROM newest_scorings n JOIN suggestions s ON s.scoring_id = n.scoring_id
    ) g ON g.dataset = e.dataset
    LEFT JOIN (
        SELECT DISTINCT s.excerpt_id FROM newest_scorings n JOIN suggestions s ON s.scoring_id = n.scoring_id
    ) s ON s.excerpt_id = e.excerpt_id
    LEFT JOIN (
        SELECT c.excerpt_id, list(c.coder_id) AS people
        FROM conclusions c JOIN readers r ON r.coder_id = c.coder_id
        WHERE c.act <> 'skip' AND r.role IS NOT NULL
        GROUP BY c.excerpt_id
    ) p ON p.excerpt_id = e.excerpt_id
    WHERE e.kind = 'passage';
COMMENT ON VIEW several_readings IS 'The passages that more than one person is to read: how many are wanted, and who has read it (people). suggested: something is suggested for it, or for nothing in its dataset; where only suggested passages are handed out, the others come to few.';
