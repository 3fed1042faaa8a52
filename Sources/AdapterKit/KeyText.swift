public import CreditModel
import Normalisation

/// What a key's parts are made of: the agency's characters, trimmed, never repaired.
public enum KeyText {
    /// Without Unicode white space at both ends.
    public static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }

    /// Full-width letters, digits and signs as half-width ones.
    public static func halfWidth(_ text: String) -> String {
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
