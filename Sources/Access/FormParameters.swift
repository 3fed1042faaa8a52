/// The parameters of a token request: `application/x-www-form-urlencoded`, each at most once (RFC 6749 §3.2).
public struct FormParameters: Sendable {
    private var values: [String: String]
    /// Longer bodies are none of a token request.
    public static let sizeLimit = 16 * 1024
    private static let countLimit = 32

    /// Reads a request's body; nil where it is no such form, or names a parameter twice.
    public init?(parsing body: [UInt8]) {
        guard body.count <= Self.sizeLimit else { return nil }
        values = [:]
        for part in body.split(separator: UInt8(ascii: "&")) {
            let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(sides[0]), let value = sides.count > 1 ? Self.decoded(sides[1]) : "",
                values[name] == nil, values.count < Self.countLimit
            else { return nil }
            values[name] = value
        }
    }

    /// Takes parameters as they are.
    public init(_ values: [String: String]) { self.values = values }

    /// The value; nil where the parameter was not sent, or sent without one (RFC 6749 §3.1).
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The text that a part of a form stands for; nil where it is not UTF-8 or badly escaped.
    static func decoded(_ text: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x37
        case 0x61...0x66: character - 0x57
        default: nil
        }
    }
}
