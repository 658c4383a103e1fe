"""Says in a PDF that its colours are sRGB, and what the file is, so that both are known in decades, too.

That is part of what PDF/A asks for. Conformance is not claimed: shaped scripts are placed by widths of their
own, and no validator has judged the files.
"""

from functools import cache
from xml.sax.saxutils import escape

from PIL import ImageCms
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

_DATE_IN_PROFILE = slice(24, 36)
"""The moment of its making in the header of an ICC profile; it would date the report."""

_METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:creator><rdf:Seq><rdf:li>Naevus</rdf:li></rdf:Seq></dc:creator>
<xmp:CreatorTool>Naevus</xmp:CreatorTool>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


def declare_colours_and_content(canvas: Canvas, title: str, subject: str) -> None:
    """Add an sRGB output intent (ISO 32000-1, 14.11.5) and XMP metadata to the document of a canvas."""
    document = canvas._doc  # noqa: SLF001 - ReportLab has no other way to its catalogue
    profile = pdfdoc.PDFStream(content=_srgb_profile())
    profile.dictionary["N"] = 3
    intent = pdfdoc.PDFDictionary(
        {
            "Type": pdfdoc.PDFName("OutputIntent"),
            "S": pdfdoc.PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "Info": pdfdoc.PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(profile),
        }
    )
    metadata = pdfdoc.PDFStream(
        content=_METADATA.format(title=escape(title), subject=escape(subject)).encode()
    )
    metadata.dictionary["Type"] = pdfdoc.PDFName("Metadata")
    metadata.dictionary["Subtype"] = pdfdoc.PDFName("XML")
    catalogue = document.Catalog
    catalogue.__NoDefault__ = [*catalogue.__NoDefault__, "OutputIntents"]
    catalogue.OutputIntents = pdfdoc.PDFArray([intent])
    catalogue.Metadata = metadata


@cache
def _srgb_profile() -> bytes:
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[_DATE_IN_PROFILE] = bytes(12)
    return bytes(profile)
