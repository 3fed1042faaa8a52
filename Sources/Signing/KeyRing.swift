/// The exchange's own keys: a folder with one JWK file a key, which only its owner may enter.
///
/// The newest key signs; the older ones verify, for ever. Which is the newest lies in each file's `serial`, so that a
/// rotation is the birth of one file and cannot be left half done.
public struct KeyRing: Sendable {
    /// One key of the folder.
    public struct Entry: Sendable {
        /// The public half, by which documents are verified.
        public let key: VerificationKey
        /// From 1, in the order of birth.
        public let serial: Int64
        /// POSIX seconds.
        public let created: Int64
        /// Whether new documents are signed with it.
        public internal(set) var isActive: Bool
        /// nil where the private part was taken out of the file.
        let secret: SigningKey?

        /// RFC 7638 thumbprint: the `kid` of what it signed.
        public var keyID: String { key.keyID }
        /// The one algorithm that it signs with.
        public var algorithm: SignatureAlgorithm { key.algorithm }
        /// Whether the private part is still in the file.
        public var hasPrivatePart: Bool { secret != nil }
        /// `active` or `retired`.
        public var state: String { isActive ? "active" : "retired" }
    }

    /// Where the files lie.
    public let folder: String
    /// By serial.
    public private(set) var entries: [Entry]

    /// Loads the keys of a folder; one that is not there yet has none.
    public init(folder: String) throws(SigningError) {
        self.folder = folder
        entries = []
        for name in try PrivateFile.names(in: folder) ?? [] where name.hasPrefix("key-") && name.hasSuffix(".json") {
            let path = "\(folder)/\(name)"
            do throws(SigningError) {
                entries.append(try Self.entry(PrivateFile.read(path)))
            } catch .malformed(let what) {
                throw .keys("\(path) is damaged (\(what)): put it back from a copy, or move it away and rotate")
            }
        }
        entries.sort { $0.serial < $1.serial }
        markActive()
    }

    /// Makes the first key of a folder.
    /// - Parameters:
    ///   - algorithm: what it signs with.
    ///   - created: POSIX seconds.
    /// - Throws: ``SigningError`` `keys` where the folder has a key already, `file` where it cannot be written.
    public mutating func create(_ algorithm: SignatureAlgorithm = .es256, created: Int64) throws(SigningError) {
        guard entries.isEmpty else {
            throw .keys("\(folder) has a key already: rotate makes a new one and keeps the old for verification")
        }
        try add(algorithm, created: created)
    }

    /// Makes a new key, which signs from now on; the others stay and verify for ever.
    public mutating func rotate(_ algorithm: SignatureAlgorithm? = nil, created: Int64) throws(SigningError) {
        guard let last = entries.last else { throw .keys("\(folder) has no key yet: create the first one") }
        try add(algorithm ?? last.algorithm, created: created)
    }

    /// The key that signs new documents.
    public var signingKey: SigningKey {
        get throws(SigningError) {
            guard let last = entries.last else {
                throw .keys("\(folder) holds no key: create one with `suixin keys create`")
            }
            guard let secret = last.secret else {
                throw .keys("the newest key in \(folder) has no private part: rotate with `suixin keys rotate`")
            }
            return secret
        }
    }

    /// The public keys, retired ones included: what the exchange publishes.
    public var keySet: KeySet { KeySet(entries.map(\.key)) }

    private mutating func add(_ algorithm: SignatureAlgorithm, created: Int64) throws(SigningError) {
        try PrivateFile.makeFolder(folder)
        let key = try SigningKey(algorithm)
        let serial = (entries.last?.serial ?? 0) + 1
        let object = FlatObject(
            key.publicKey.members + [
                ("alg", algorithm.rawValue), ("d", Base64URL.text(key.secretBytes)), ("kid", key.keyID), ("use", "sig"),
            ],
            numbers: [("created", created), ("serial", serial)]
        )
        let digits = String(serial)
        let name = "key-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".json"
        let file = try DurableFile(path: "\(folder)/\(name)", mode: 0o600)
        try file.write(object.canonical + [UInt8(ascii: "\n")])
        // Never over another: two rotations at once make one key, and one of them hears of it.
        try file.commit(replacing: false)
        entries.append(Entry(key: key.publicKey, serial: serial, created: created, isActive: false, secret: key))
        markActive()
    }

    private mutating func markActive() {
        for index in entries.indices {
            entries[index].isActive = index == entries.count - 1 && entries[index].hasPrivatePart
        }
    }

    private static func entry(_ bytes: [UInt8]) throws(SigningError) -> Entry {
        let object = try FlatObject(parsing: bytes)
        guard let serial = object.number("serial"), let created = object.number("created") else {
            throw .malformed("serial or created is missing")
        }
        let key = try VerificationKey(jwk: object)
        var secret: SigningKey?
        if object.contains("d") {
            let read = try SigningKey(key.algorithm, secret: object.bytes("d", count: 32))
            guard read.publicKey == key else { throw .malformed("its private part belongs to another key") }
            secret = read
        }
        return Entry(key: key, serial: serial, created: created, isActive: false, secret: secret)
    }
}
