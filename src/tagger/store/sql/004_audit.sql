-- Audits: random samples of passages, whatever was suggested, that show what the suggestions miss.

CREATE TABLE audit_passages (
    draw_id VARCHAR NOT NULL REFERENCES draws (id),
    excerpt_id VARCHAR NOT NULL,
    coder_id VARCHAR NOT NULL REFERENCES coders (id),
    stratum VARCHAR NOT NULL CHECK (stratum IN ('suggested', 'near threshold', 'far below')),
    inclusion_probability DOUBLE NOT NULL CHECK (inclusion_probability > 0 AND inclusion_probability <= 1),
    place INTEGER NOT NULL CHECK (place >= 0),
    fate VARCHAR NOT NULL CHECK (fate IN ('to read', 'read before', 'seen before')),
    PRIMARY KEY (draw_id, coder_id, excerpt_id)
);
COMMENT ON TABLE audit_passages IS 'The sample of an audit, one row for each passage and person it goes to. inclusion_probability is that of the passage, n / N of its stratum in draw_strata, whoever reads it; place is its place in a random order; fate is what was known when it was drawn: read before (blind and to the end, which answers it), or seen before (this person cannot read it blind any more, so it is a missing answer).';

CREATE TABLE audit_cells (
    draw_id VARCHAR NOT NULL REFERENCES draws (id),
    stratum VARCHAR NOT NULL,
    transcript_id VARCHAR NOT NULL,
    population BIGINT NOT NULL CHECK (population >= 1),
    sample BIGINT NOT NULL CHECK (sample BETWEEN 0 AND population),
    PRIMARY KEY (draw_id, stratum, transcript_id)
);
COMMENT ON TABLE audit_cells IS 'N_h and n_h of each stratum of an audit within each transcript. n_h is the share of the stratum''s sample in proportion to N_h, rounded up or down at random, so it may be 0; on average over all draws it is the share exactly.';

-- Views -----------------------------------------------------------------------------------------------------------

-- As before, and with the passages of an audit before they are handed out.
CREATE OR REPLACE VIEW blind_passages AS
    SELECT b.coder_id, b.excerpt_id, s.transcript_id, s.revision_id, s.start, s."end", d.excerpt_id IS NULL AS waits
    FROM (
        SELECT coder_id, excerpt_id FROM arms WHERE arm = 'blind'
        UNION
        SELECT coder_id, excerpt_id FROM servings WHERE arm = 'blind'
        UNION
        SELECT coder_id, excerpt_id FROM audit_passages WHERE fate = 'to read'
    ) b
    JOIN live_spans s ON s.excerpt_id = b.excerpt_id
    JOIN excerpts e ON e.id = b.excerpt_id
    JOIN transcripts t ON t.id = e.transcript_id
    LEFT JOIN newest_scorings c ON c.dataset = t.dataset
    LEFT JOIN conclusions d ON d.coder_id = b.coder_id AND d.excerpt_id = b.excerpt_id AND d.act <> 'skip'
    WHERE e.segmentation_id = coalesce(c.segmentation_id, e.segmentation_id);
COMMENT ON VIEW blind_passages IS 'Passages that a person reads without suggestions, drawn so or handed out so; waits is false once they have read it.';

CREATE VIEW audit_list AS
    SELECT a.draw_id, w.drawn_at, t.dataset, a.excerpt_id, e.transcript_id AS transcript, a.stratum, s.population, s.sample,
           a.inclusion_probability, c.population AS transcript_population, c.sample AS transcript_sample,
           a.coder_id, r.letter AS coder, a.fate,
           a.fate = 'to read' AND coalesce(b.waits, false) AND d.excerpt_id IS NULL AS waits
    FROM audit_passages a
    JOIN draws w ON w.id = a.draw_id
    JOIN draw_strata s ON s.draw_id = a.draw_id AND s.stratum = a.stratum
    JOIN excerpts e ON e.id = a.excerpt_id
    JOIN transcripts t ON t.id = e.transcript_id
    JOIN audit_cells c ON c.draw_id = a.draw_id AND c.stratum = a.stratum AND c.transcript_id = e.transcript_id
    JOIN readers r ON r.coder_id = a.coder_id
    LEFT JOIN blind_passages b ON b.coder_id = a.coder_id AND b.excerpt_id = a.excerpt_id
    LEFT JOIN conclusions d ON d.coder_id = a.coder_id AND d.excerpt_id = a.excerpt_id AND d.act = 'skip';
COMMENT ON VIEW audit_list IS 'The passages of every audit, one row for each person they go to. population and sample are N and n of the stratum, and inclusion_probability is n / N; those of the stratum within the transcript stand beside them. waits: this person is still to read it; one that they skipped, or that is no longer cut so, waits no more and is a missing answer.';
