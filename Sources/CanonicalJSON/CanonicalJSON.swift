// STUB: replaced by the core branch.
public indirect enum JSONValue: Sendable, Hashable {
    case null, bool(Bool), integer(Int64), number(Double), string(String), array([JSONValue]), object([String: JSONValue])
    struct Bad: Error {}
    public init(parsing bytes: [UInt8]) throws {
        var p = P(b: bytes)
        self = try p.value()
        p.ws()
        guard p.i == bytes.count else { throw Bad() }
    }
    struct P {
        let b: [UInt8]; var i = 0
        init(b: [UInt8]) { self.b = b }
        mutating func ws() { while i < b.count, [0x20, 9, 10, 13].contains(b[i]) { i += 1 } }
        mutating func eat(_ c: Character) throws { guard i < b.count, b[i] == c.asciiValue else { throw Bad() }; i += 1 }
        mutating func value() throws -> JSONValue {
            ws()
            guard i < b.count else { throw Bad() }
            switch b[i] {
            case 0x7B:
                i += 1; var o: [String: JSONValue] = [:]; ws()
                if i < b.count, b[i] == 0x7D { i += 1; return .object(o) }
                while true {
                    ws(); let k = try str(); ws(); try eat(":"); let v = try value()
                    guard o.updateValue(v, forKey: k) == nil else { throw Bad() }
                    ws(); if i < b.count, b[i] == 0x2C { i += 1; continue }
                    try eat("}"); return .object(o)
                }
            case 0x5B:
                i += 1; var a: [JSONValue] = []; ws()
                if i < b.count, b[i] == 0x5D { i += 1; return .array(a) }
                while true {
                    a.append(try value()); ws(); if i < b.count, b[i] == 0x2C { i += 1; continue }
                    try eat("]"); return .array(a)
                }
            case 0x22: return .string(try str())
            case 0x74: i += 4; return .bool(true)
            case 0x66: i += 5; return .bool(false)
            case 0x6E: i += 4; return .null
            default:
                let s = i
                while i < b.count, b[i] == 0x2D || 0x30...0x39 ~= b[i] { i += 1 }
                guard let n = Int64(String(decoding: b[s..<i], as: UTF8.self)) else { throw Bad() }
                return .integer(n)
            }
        }
        mutating func str() throws -> String {
            try eat("\""); var s: [UInt8] = []
            while i < b.count, b[i] != 0x22 {
                if b[i] == 0x5C { i += 1; s.append(b[i] == 0x6E ? 10 : b[i]); i += 1 } else { s.append(b[i]); i += 1 }
            }
            try eat("\"")
            guard let t = String(validating: s, as: UTF8.self) else { throw Bad() }
            return t
        }
    }
    public var canonical: [UInt8] { Array(text.utf8) }
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let b): "\(b)"
        case .integer(let n): "\(n)"
        case .number(let n): "\(n)"
        case .string(let s): "\"" + s.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        case .array(let a): "[" + a.map(\.text).joined(separator: ",") + "]"
        case .object(let o): "{" + o.sorted { $0.key < $1.key }.map { JSONValue.string($0.key).text + ":" + $0.value.text }.joined(separator: ",") + "}"
        }
    }
}
