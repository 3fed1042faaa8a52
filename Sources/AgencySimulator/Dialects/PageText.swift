/// A page under way, in UTF-8.
struct PageText {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func text(_ text: String) { bytes += text.utf8 }

    mutating func declaration(_ encoding: String, _ fault: Fault.Kind?) {
        text("<?xml version=\"1.0\" encoding=\"\(encoding)\"?>\n")
        if fault == .doctype { text("<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\">]>\n") }
    }

    /// The fields of a row as they are stored, and a bare `&` after them on a bad day.
    mutating func row(_ fields: [UInt8], breaking: Bool, closing: String) {
        bytes += fields
        if breaking {
            // Rows of attributes hold it in a value.
            let isQuoted = bytes.last == 0x22
            if isQuoted { bytes.removeLast() }
            text(" & ")
            if isQuoted { bytes.append(0x22) }
        }
        text(closing)
    }
}
