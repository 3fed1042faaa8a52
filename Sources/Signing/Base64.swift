/// Base64 with padding (RFC 4648 §4), strict: how fields of HTTP and secrets of webhooks write bytes.
public enum Base64 {
    /// The text of some bytes.
    public static func text(_ bytes: [UInt8]) -> String {
        let text = Base64URL.encode(bytes).map { character -> UInt8 in
            switch character {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: character
            }
        }
        return String(decoding: text, as: UTF8.self) + String(repeating: "=", count: (3 - bytes.count % 3) % 3)
    }

    /// - Returns: nil unless the text is exactly what ``text(_:)`` would have written.
    public static func decode(_ text: String) -> [UInt8]? {
        var characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard padding <= 2 else { return nil }
        characters.removeLast(padding)
        for place in characters.indices {
            switch characters[place] {
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            case UInt8(ascii: "+"): characters[place] = UInt8(ascii: "-")
            case UInt8(ascii: "/"): characters[place] = UInt8(ascii: "_")
            default: break
            }
        }
        return Base64URL.decode(characters)
    }
}
