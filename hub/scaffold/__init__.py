"""``swhub new-plugin``: a partner's plugin as a distribution of its own, green from the first minute.

names -> codelist, pack (the partner's code list and XSDs) -> plan (what stands in which file) -> write. All but
:mod:`hub.scaffold.write` and the reading of the given files is pure: the same input gives the same files.
"""
