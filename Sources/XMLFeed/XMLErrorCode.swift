import CLibXML2

/// What libxml2's error codes mean, in words that hold nothing of the document.
enum XMLErrorCode {
    static func phrase(_ code: Int32) -> String {
        switch xmlParserErrors(UInt32(bitPattern: code)) {
        case XML_ERR_NAME_REQUIRED, XML_ERR_ENTITYREF_SEMICOL_MISSING, XML_ERR_ENTITYREF_NO_NAME:
            "a name is missing, as after a bare & or <"
        case XML_ERR_UNDECLARED_ENTITY: "an entity that nothing declares"
        case XML_ERR_TAG_NAME_MISMATCH: "start and end tag differ"
        case XML_ERR_TAG_NOT_FINISHED: "it ends before its elements do"
        case XML_ERR_LT_IN_ATTRIBUTE: "a bare < in an attribute"
        case XML_ERR_ATTRIBUTE_REDEFINED: "an attribute twice"
        case XML_ERR_INVALID_CHAR: "a character that XML forbids"
        case XML_ERR_DOCUMENT_END: "something after its end"
        case XML_ERR_DOCUMENT_EMPTY: "nothing in it"
        default: "libxml2 error \(code)"
        }
    }
}
