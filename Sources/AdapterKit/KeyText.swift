public import CreditModel
import Normalisation

/// What a key's parts are made of: the agency's characters, trimmed, never repaired.
public enum KeyText {
    /// Without Unicode white space at both ends.
    public static func trimmed(_ text: String) -> String {
        if hasNoBlankEnds(text) { return text }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }

    /// Whether a text clearly neither begins nor ends with white space; a false alarm costs time only.
    ///
    /// White space is in ASCII or below U+3001: what begins with a byte from 0xE4 on is none.
    private static func hasNoBlankEnds(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard let first = utf8.first, let last = utf8.last, 0x21...0x7E ~= first || first >= 0xE4 else { return false }
        if 0x21...0x7E ~= last { return true }
        // The last character has three bytes where the third from the end begins it.
        return utf8.count >= 3 && utf8[utf8.index(utf8.endIndex, offsetBy: -3)] >= 0xE4
    }

    /// Full-width letters, digits and signs as half-width ones.
    public static func halfWidth(_ text: String) -> String {
        // Full-width forms begin with this byte.
        let bytes = text.utf8.span
        guard bytes.indices.contains(where: { bytes[$0] == 0xEF }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if 0xFF01...0xFF5E ~= scalar.value, let narrow = Unicode.Scalar(scalar.value - 0xFEE0) {
                result.append(narrow)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

extension RecordType {
    /// The key of a row, nil where a part is missing or a null marker.
    ///
    /// - Parameter text: the row's text of a column, nil where there is none.
    /// - Returns: the key, its parts trimmed.
    public func key(_ text: (String) -> String?) -> RecordKey? {
        var parts: [String] = []
        for columns in key {
            let texts = columns.compactMap { text($0).map(KeyText.trimmed) }
            guard let part = texts.first(where: { Normalise.text($0) != nil }) else { return nil }
            parts.append(part)
        }
        return RecordKey(parts)
    }

    /// The key that can be scanned from the elements of a broken row.
    ///
    /// - Returns: nil where a part cannot be read, or where a column that would count before another may stand there unread.
    public func key(of row: BrokenRow) -> RecordKey? {
        var parts: [String] = []
        for columns in key {
            var part: String?
            for column in columns where part == nil {
                guard let text = row.scannedElement(column).map(KeyText.trimmed) else {
                    if row.mayHold(column) { return nil }
                    continue
                }
                if Normalise.text(text) != nil { part = text }
            }
            guard let part else { return nil }
            parts.append(part)
        }
        return RecordKey(parts)
    }

    /// The key in a row's fields.
    public func key(of fields: [RawField]) -> RecordKey? {
        key { column in fields.first { $0.name == column }?.text }
    }
}
