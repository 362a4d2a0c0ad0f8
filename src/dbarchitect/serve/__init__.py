"""The report's pages, live on this machine: `guard` (who may ask), `site` (what is shown), `jobs` (long work, each in a
process of its own that can be ended), `work` (that process), `messages` (what goes between the two)."""
