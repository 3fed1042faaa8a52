/// A JSON value (RFC 8259), as our own documents hold it.
///
/// Numbers without a fraction that fit are ``integer(_:)``, whatever their spelling (`1`, `1.0`, `1e0`), so that equal documents are
/// equal values. Texts compare as Swift strings do, by canonical equivalence; their bytes are kept as they came.
public indirect enum JSONValue: Sendable, Hashable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number; written exactly. Beyond 2^53 other readers may round it: such numbers belong into a ``string(_:)``.
    case integer(Int64)
    /// Any other finite number.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Members by name; their order carries no meaning.
    case object([String: JSONValue])
}

extension JSONValue {
    /// The member of that name; nil where there is none, or where this is no object.
    public subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    /// The text, where this is one.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The whole number, where this is one.
    public var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    /// The number, where it is whole, however it was written: `5.0` is an integer to JSON Schema, too.
    public var wholeNumber: Int64? { if case .number(let number) = self { Int64(exactly: number) } else { integer } }
    /// The truth value, where this is one.
    public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
    /// The elements, where this is a list.
    public var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
    /// The members, where this is an object.
    public var object: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }
}

extension JSONValue {
    /// The canonical bytes of the value: RFC 8785 (JCS).
    ///
    /// - Precondition: no ``number(_:)`` is infinite or not a number; such a one is written as `null`.
    public var canonical: [UInt8] {
        var bytes: [UInt8] = []
        appendCanonical(to: &bytes)
        return bytes
    }

    /// Appends ``canonical`` to bytes that are there already.
    public func appendCanonical(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        case .integer(let number): bytes.append(contentsOf: String(number).utf8)
        case .number(let number): CanonicalText.append(number, to: &bytes)
        case .string(let text): CanonicalText.append(text, to: &bytes)
        case .array(let values):
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                value.appendCanonical(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            let sorted = members.sorted { CanonicalText.precedes($0.key, $1.key) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                CanonicalText.append(member.key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.appendCanonical(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
