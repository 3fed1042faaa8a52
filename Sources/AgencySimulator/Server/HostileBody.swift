/// What hostile answers hold: put into the right answer, so that a reader meets it where it looks for rows.
struct HostileBody {
    private let kind: Fault.Kind

    init?(_ kind: Fault.Kind) {
        switch kind {
        case .hugeRow, .deepNesting, .entityBomb, .externalEntity, .gzipBomb: self.kind = kind
        default: return nil
        }
    }

    func befall(_ answer: inout AgencyAnswer) {
        if kind == .gzipBomb {
            answer.headers.append(("Content-Encoding", "gzip"))
            answer.body = .bytes(Self.bomb(megabytes: 1024))
            return
        }
        guard case .bytes(var bytes) = answer.body else { return }
        befall(&bytes)
        answer.body = .bytes(bytes)
    }

    /// Puts it into a document.
    func befall(_ bytes: inout [UInt8]) {
        var text: [UInt8] = []
        switch kind {
        case .hugeRow(let count):
            text = Array("<BIG>".utf8) + [UInt8](repeating: 0x61, count: count) + Array("</BIG>".utf8)
        case .deepNesting(let levels):
            for tag in ["<a>", "</a>"] { for _ in 0..<levels { text += tag.utf8 } }
        case .gzipBomb: return
        default: text = Array("<X>&z;</X>".utf8)
        }
        if case .hugeRow(let count) = kind, let start = Self.start(of: "<r ", in: bytes) {
            // 地税's rows have no elements: the text is an attribute's.
            let attribute = Array(" big=\"".utf8) + [UInt8](repeating: 0x61, count: count) + [0x22]
            bytes.insert(contentsOf: attribute, at: start + 2)
            return
        }
        if let start = Self.start(of: "</ROW>", in: bytes) ?? Self.start(of: "</记录>", in: bytes)
            ?? Self.start(of: "</rs>", in: bytes)
            ?? Self.start(of: "</清单>", in: bytes) ?? Self.start(of: "</RESULT>", in: bytes)
            ?? Self.start(of: "</service>", in: bytes)
        {
            bytes.insert(contentsOf: text, at: start)
        }
        if let declarations, let start = Self.start(of: "\n", in: bytes) {
            let doctype = "\n<!DOCTYPE x [\(declarations)]>"
            bytes.insert(contentsOf: doctype.utf8, at: start)
        }
    }

    private var declarations: String? {
        switch kind {
        case .externalEntity(let location): return "<!ENTITY z SYSTEM \"\(location)\">"
        case .entityBomb:
            let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "z"]
            let grown = zip(names, names.dropFirst()).map {
                "<!ENTITY \($1) \"\(String(repeating: "&\($0);", count: 10))\">"
            }
            return "<!ENTITY a \"aaaaaaaaaa\">" + grown.joined()
        default: return nil
        }
    }

    /// Where the first such mark begins.
    ///
    /// Its bytes are the same in UTF-8 and GB18030, or the answer is in UTF-8.
    private static func start(of mark: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(mark.utf8)
        guard bytes.count >= wanted.count else { return nil }
        return (0...bytes.count - wanted.count).first { bytes[$0] == wanted[0] && bytes[$0...].starts(with: wanted) }
    }

    /// Zeros in the gzip format: one literal, and copies of 258 bytes from one byte before, by the fixed codes.
    static func bomb(megabytes: Int) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var bits: UInt32 = 0
        var count: UInt32 = 0
        func put(_ value: UInt32, _ width: UInt32) {
            bits |= value << count
            count += width
            while count >= 8 {
                out.append(UInt8(bits & 255))
                bits >>= 8
                count -= 8
            }
        }
        // The last block, with fixed codes; then the literal 0.
        put(1, 1)
        put(1, 2)
        put(0b0000_1100, 8)
        // Length 258 and distance 1: Huffman codes go from their most significant bit.
        // Eight copies are thirteen bytes, always the same.
        for _ in 0..<8 { put(0b1010_0011, 13) }
        for _ in 0..<8 { put(0b1010_0011, 13) }
        let period = Array(out.suffix(13))
        var periods = period
        while periods.count / period.count < (megabytes << 20) / 258 / 8 { periods += periods }
        out += periods
        put(0, 7)
        put(0, 7)
        // No reader ought to come as far as the check.
        return out + [0, 0, 0, 0, 0, 0, 0, 64]
    }
}
