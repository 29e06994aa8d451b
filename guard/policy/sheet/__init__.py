"""A 分类分级目录 kept as a spreadsheet -> a pack: pure, from cells to the pack's documents."""
