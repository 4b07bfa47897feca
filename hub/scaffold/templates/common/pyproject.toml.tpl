[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "$distribution"
version = "0.1.0"
description = "$name_en for the Single Window Hub"
requires-python = ">=3.11"
dependencies = ["swhub"]

[project.entry-points.swhub]
$entry_point = "$package"

[tool.setuptools.packages.find]
include = ["$package*"]

[tool.setuptools.package-data]
$package = ["capability.toml", "kit_report.json", "schemas/*", "schemas/samples/*"]

[tool.pytest.ini_options]
testpaths = ["tests"]
addopts = "--import-mode=importlib -q --strict-markers"
pythonpath = ["."]
filterwarnings = ["error"]

[tool.mypy]
strict = true
python_version = "3.11"
packages = ["$package"]

[tool.ruff]
line-length = 120
target-version = "py311"

[tool.ruff.lint]
select = ["E", "F", "W", "I", "UP", "B", "C4", "SIM", "RUF", "PT", "PL", "S", "N", "D1", "ARG", "DTZ"]
ignore = ["RUF001", "RUF002", "RUF003", "N818", "D105", "D107", "PLR0913", "PLR2004", "PLC0415", "S101", "S311", "SIM117"]

[tool.ruff.lint.per-file-ignores]
"**/tests/**" = ["D1", "S", "ARG", "PLR"]

[tool.ruff.lint.isort]
known-first-party = ["hub", "$package"]
