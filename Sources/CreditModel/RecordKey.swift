/// A record's key as the agency sent it: its parts in the agency's order, trimmed, never repaired.
public struct RecordKey: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The parts, none of them empty.
    public let parts: [String]

    /// Makes a key of parts that were trimmed and checked by the adapter.
    public init(_ parts: [String]) { self.parts = parts }

    /// Reads the joined form back.
    public init(text: String) {
        var parts: [String] = []
        var part = ""
        var escaped = false
        for character in text.unicodeScalars {
            if escaped {
                part.unicodeScalars.append(character)
                escaped = false
            } else if character == "\\" {
                escaped = true
            } else if character == "|" {
                parts.append(part)
                part = ""
            } else {
                part.unicodeScalars.append(character)
            }
        }
        parts.append(part)
        self.parts = parts
    }

    /// The parts joined by `|`, with `\` before every `|` and `\` inside a part.
    public var text: String {
        if parts.count == 1, !parts[0].utf8.contains(where: { $0 == 0x7C || $0 == 0x5C }) { return parts[0] }
        var text = ""
        for (index, part) in parts.enumerated() {
            if index > 0 { text += "|" }
            for character in part.unicodeScalars {
                if character == "|" || character == "\\" { text += "\\" }
                text.unicodeScalars.append(character)
            }
        }
        return text
    }

    /// Part by part, by UTF-8 bytes.
    public static func < (a: RecordKey, b: RecordKey) -> Bool {
        a.parts.lexicographicallyPrecedes(b.parts) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    /// The joined form; not for logs where the key is restricted.
    public var description: String { text }
}
