/// A client's stable id: `c` and twelve letters or digits without look-alikes.
public struct ClientID: Hashable, Comparable, Sendable, CustomStringConvertible {
    let code: ShortCode
    static let length = ShortCode.length + 1

    /// Whoever did not show who he is: no client has this id.
    public static let nobody = ClientID(code: ShortCode(random: 0))

    /// A new one.
    public init(using random: inout some RandomNumberGenerator) {
        var code = ShortCode(random: random.next())
        while code == Self.nobody.code { code = ShortCode(random: random.next()) }
        self.code = code
    }

    private init(code: ShortCode) { self.code = code }

    /// Reads an id; nil for any other text.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard bytes.count == Self.length, bytes[0] == UInt8(ascii: "c"), let code = ShortCode(bytes, from: 1)
        else { return nil }
        self.code = code
    }

    /// The thirteen characters.
    public var text: String { "c" + code.text }
    /// The text of the id.
    public var description: String { text }
    /// Alphabetical.
    public static func < (a: ClientID, b: ClientID) -> Bool { a.code < b.code }
}

/// What a key or a secret is called, where it must not be shown: the part of it that is no secret.
public struct CredentialID: Hashable, Comparable, Sendable, CustomStringConvertible {
    let code: ShortCode

    init(_ code: ShortCode) { self.code = code }

    /// Reads an id; nil for any other text.
    public init?(_ text: String) {
        let bytes = text.utf8.span
        guard bytes.count == ShortCode.length, let code = ShortCode(bytes, from: 0) else { return nil }
        self.code = code
    }

    /// The twelve characters.
    public var text: String { code.text }
    /// The text of the id.
    public var description: String { text }
    /// Alphabetical.
    public static func < (a: CredentialID, b: CredentialID) -> Bool { a.code < b.code }
}
