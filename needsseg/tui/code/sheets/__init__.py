"""What opens over a screen about codes, coders and passages: codebook, tree, memo, job statement, coverage, agreement."""
