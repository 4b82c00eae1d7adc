"""HTML that is safe in any page: Markdown, formulas and outputs of a submission go in, clean HTML comes out.

safe.py is the wall, and all that a submission writes passes it; harmless.toml lists what the wall lets
through. markdown.py and outputs.py render cells, mathml.py renders formulas without a script.
"""
