"""The code behind the workbook's notebooks; README.md in this folder says where a change goes."""

__version__ = "0.1.0"
