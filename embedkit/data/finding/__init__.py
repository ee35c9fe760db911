"""Finding out how a file of labelled texts is to be read: its format, encoding, dialect and columns."""

from embedkit.data.finding.find import find_reader as find_reader
from embedkit.data.finding.found import Found as Found
from embedkit.data.finding.found import Wishes as Wishes
