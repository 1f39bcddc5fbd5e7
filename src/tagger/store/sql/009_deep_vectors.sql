-- Excerpts are kept with the middle of the model too, from which only learning sees more.

COMMENT ON TABLE vectors IS
    'Vectors by text, once per model: part n is the n-th sentence, a unit vector of the model''s dimension; part 0 is the '
    'excerpt, such a vector and behind it, where the model has layers, a unit vector of its middle.';
