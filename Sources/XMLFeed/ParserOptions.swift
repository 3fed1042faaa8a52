import CLibXML2

/// What libxml2 is asked for with every document and row.
enum ParserOptions {
    /// No network, CDATA as text, and references replaced: else `&amp;` in an attribute comes as `&#38;`, for a tree's
    /// second pass that SAX does not have.
    ///
    /// Only the five predefined references and those to characters can be replaced: nothing declares others, since a
    /// document with a DTD is refused and no handler for declarations is installed.
    static let all = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOCDATA.rawValue | XML_PARSE_NOENT.rawValue)
}
