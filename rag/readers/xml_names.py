"""Elements and attributes of XML by their names without a namespace, so that files of every edition read alike."""

from __future__ import annotations

from xml.etree.ElementTree import Element


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def first_child(parent: Element, name: str) -> Element | None:
    """The first child of that name; None where there is none."""
    return next((child for child in parent if local_name(child) == name), None)


def attribute(element: Element, name: str) -> str:
    """The value of an attribute; empty where it is not there."""
    return next((value for key, value in element.attrib.items() if key.rsplit("}", 1)[-1] == name), "")
