/// Why bytes are not the strict JSON that we read, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: String, Hashable, Sendable {
        /// The document ends within a value.
        case truncated
        /// A byte that no value may have there.
        case unexpected
        /// Something follows the value.
        case trailing
        /// A text is not valid UTF-8.
        case encoding
        /// A text holds half a surrogate pair.
        case surrogate
        /// A text holds a control character or an escape that JSON does not know.
        case escape
        /// A number is not written as JSON writes them, or is too large or too long.
        case number
        /// An object has two members of one name (or of canonically equivalent names).
        case duplicateKey
        /// Lists and objects are nested too deep.
        case depth
        /// The document is larger than allowed.
        case size
    }

    /// What is wrong.
    public let code: Code
    /// Where, in bytes from the start.
    public let offset: Int

    /// Says what is wrong and where.
    public init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    /// A sentence that is safe to log: it quotes nothing of the document.
    public var description: String {
        let reason =
            switch code {
            case .truncated: "it ends within a value"
            case .unexpected: "a byte is not expected there"
            case .trailing: "something follows the value"
            case .encoding: "a text is not UTF-8"
            case .surrogate: "a text holds half a surrogate pair"
            case .escape: "a text holds a bare control character or an unknown escape"
            case .number: "a number is malformed or out of range"
            case .duplicateKey: "an object has two members of one name"
            case .depth: "it is nested too deep"
            case .size: "it is too large"
            }
        return "not the JSON we read: \(reason), at byte \(offset)"
    }
}

/// How much a reader takes on.
public struct JSONLimits: Hashable, Sendable {
    /// Bytes of the whole document.
    public var size: Int
    /// Lists and objects within each other.
    public var depth: Int
    /// Bytes of one number.
    public var numberLength: Int

    /// Limits of our own; the defaults fit every document that we write.
    public init(size: Int = 64 << 20, depth: Int = 64, numberLength: Int = 1024) {
        self.size = size
        self.depth = depth
        self.numberLength = numberLength
    }
}
