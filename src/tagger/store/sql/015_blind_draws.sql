-- What a person reads without suggestions, by itself: to ask about a few passages need not look at all of them.

CREATE VIEW blind_draws AS
    SELECT coder_id, excerpt_id FROM arms WHERE arm = 'blind'
    UNION ALL
    SELECT coder_id, excerpt_id FROM servings WHERE arm = 'blind'
    UNION ALL
    SELECT coder_id, excerpt_id FROM audit_tasks;
COMMENT ON VIEW blind_draws IS 'Passages that were drawn for a person, or handed out to them, to be read without suggestions, whether or not they are cut so now; one that was drawn and handed out is here more than once.';

-- The same rows as before.
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
