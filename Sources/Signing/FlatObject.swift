internal import CanonicalJSON

/// A JSON object of texts and whole numbers, as headers, keys and flattened documents are.
struct FlatObject {
    /// What the object holds; nil for a value of another kind.
    private var texts: [String: String?]
    private var numbers: [String: Int64]

    init(_ texts: [(name: String, value: String)], numbers: [(name: String, value: Int64)] = []) {
        self.texts = Dictionary(texts.map { ($0.name, $0.value) }) { _, last in last }
        self.numbers = Dictionary(numbers.map { ($0.name, $0.value) }) { _, last in last }
    }

    /// Reads strictly: no duplicate names, no bad UTF-8, nothing after the end.
    init(parsing bytes: [UInt8]) throws(SigningError) {
        try self.init(Self.read(bytes))
    }

    private init(_ value: JSONValue) throws(SigningError) {
        guard case .object(let members) = value else { throw .malformed("no JSON object where one belongs") }
        texts = [:]
        numbers = [:]
        for (name, value) in members {
            switch value {
            case .string(let text): texts[name] = .some(text)
            case .integer(let number): numbers[name] = number
            default: texts[name] = .some(nil)
            }
        }
    }

    /// Reads `{"name": [object …], …}`.
    static func list(named name: String, parsing bytes: [UInt8]) throws(SigningError) -> [FlatObject] {
        guard case .object(let members) = try read(bytes), case .array(let values)? = members[name] else {
            throw .malformed("no list of \(name)")
        }
        var objects: [FlatObject] = []
        for value in values { objects.append(try FlatObject(value)) }
        return objects
    }

    private static func read(_ bytes: [UInt8]) throws(SigningError) -> JSONValue {
        do {
            return try JSONValue(parsing: bytes)
        } catch {
            throw .malformed("no strict JSON (\(error))")
        }
    }

    var names: [String] { texts.keys.sorted() + numbers.keys.sorted() }
    func contains(_ name: String) -> Bool { texts[name] != nil || numbers[name] != nil }
    subscript(name: String) -> String? { texts[name] ?? nil }
    func number(_ name: String) -> Int64? { numbers[name] }

    /// The bytes of a base64url text of known length.
    func bytes(_ name: String, count: Int) throws(SigningError) -> [UInt8] {
        guard let text = self[name], let bytes = Base64URL.decode(Array(text.utf8)), bytes.count == count else {
            throw .malformed("\(name) is not the base64url of \(count) bytes")
        }
        return bytes
    }

    /// RFC 8785, for texts of our own making: ASCII without anything to escape.
    var canonical: [UInt8] {
        var members: [(name: String, json: String)] = numbers.map { ($0.key, String($0.value)) }
        for (name, text) in texts { if let text { members.append((name, "\"\(text)\"")) } }
        members.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return Array("{\(members.map { "\"\($0.name)\":\($0.json)" }.joined(separator: ","))}".utf8)
    }

    /// A text of somebody else's making, fit for a message: printable ASCII, at most 64 characters.
    static func shown(_ text: String) -> String {
        String(decoding: text.utf8.prefix(64).map { 0x20...0x7E ~= $0 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}
