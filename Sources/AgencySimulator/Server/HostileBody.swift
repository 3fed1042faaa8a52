/// What hostile answers hold: put into the right answer, so that a reader meets it where it looks for rows.
struct HostileBody {
    private let kind: Fault.Kind

    init?(_ kind: Fault.Kind) {
        switch kind {
        case .hugeRow, .deepNesting, .entityBomb, .externalEntity, .gzipBomb, .foreignEncoding, .undecodableRow:
            self.kind = kind
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
        befallEncoded(&bytes)
        answer.body = .bytes(bytes)
    }

    /// Puts it into a document that is in its own encoding already.
    func befallEncoded(_ bytes: inout [UInt8]) {
        guard case .undecodableRow(let number) = kind else { return }
        let marks = (["<ROW>", "<ROW ", "<r ", "<记录 ", "<数据包 "].map { Array($0.utf8) }) + [Self.encodedMark]
        for mark in marks {
            let starts = bytes.indices.filter { bytes[$0] == mark[0] && bytes[$0...].starts(with: mark) }
            guard !starts.isEmpty else { continue }
            guard starts.indices.contains(number - 1) else { return }
            let row = starts[number - 1]..<(starts.indices.contains(number) ? starts[number] : bytes.count)
            // Between elements, or in the last attribute's value: nowhere near a key.
            let end = bytes[row].firstIndex(of: 0x3E) ?? row.upperBound
            let isClosed = end > row.lowerBound && bytes[end - 1] == 0x2F
            let place = isClosed ? bytes[row.lowerBound..<end].lastIndex(of: 0x3D).map { $0 + 2 } : end + 1
            if let place { bytes.insert(0xFF, at: place) }
            return
        }
    }

    /// `<记录 ` in GB18030.
    private static let encodedMark: [UInt8] = [0x3C, 0xBC, 0xC7, 0xC2, 0xBC, 0x20]

    /// Puts it into a document.
    func befall(_ bytes: inout [UInt8]) {
        var text: [UInt8] = []
        switch kind {
        case .hugeRow(let count):
            text = Array("<BIG>".utf8) + [UInt8](repeating: 0x61, count: count) + Array("</BIG>".utf8)
        case .deepNesting(let levels):
            for tag in ["<a>", "</a>"] { for _ in 0..<levels { text += tag.utf8 } }
        case .gzipBomb, .undecodableRow: return
        case .foreignEncoding(let name):
            let head = bytes.prefix(200)
            guard let start = Self.start(of: "encoding=\"", in: Array(head)),
                let end = head[(start + 10)...].firstIndex(of: 0x22)
            else { return }
            bytes.replaceSubrange(start + 10..<end, with: name.utf8)
            return
        default: text = Array("<X>&z;</X>".utf8)
        }
        if case .hugeRow(let count) = kind,
            let row = Self.start(of: "<r ", in: bytes) ?? Self.start(of: "<数据包 ", in: bytes),
            let end = Self.start(of: "/>", in: Array(bytes[row...]))
        {
            // These rows have no elements: the text is an attribute's.
            let attribute = Array(" big=\"".utf8) + [UInt8](repeating: 0x61, count: count) + [0x22]
            bytes.insert(contentsOf: attribute, at: row + end)
            return
        }
        // Of rows without elements the document itself is nested, or holds the entity.
        var marks = ["</ROW>", "</记录>", "</rs>", "</清单>"]
        if declarations != nil { marks += ["</RESULT>", "</service>"] }
        for mark in marks {
            guard let start = Self.start(of: mark, in: bytes) else { continue }
            bytes.insert(contentsOf: text, at: start)
            break
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

    /// Blanks in the gzip format, a thousand of them for each byte: a reader of XML takes them as they come.
    static func bomb(megabytes: Int) -> [UInt8] {
        // 4 MB in one member: its head and codes, one byte again and again, its end and checks.
        let member =
            [
                0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xED, 0xC1, 0x81, 0x00, 0x00, 0x00, 0x00,
                0xC3, 0x20, 0x95, 0xF9, 0x53, 0x1E, 0xE4, 0x55, 0x01,
            ] + [UInt8](repeating: 0, count: 4063) + [0x7C, 0x1B, 0x15, 0x3E, 0xFA, 0xFC, 0x00, 0x00, 0x40, 0x00]
        var out: [UInt8] = []
        out.reserveCapacity(member.count * (megabytes + 3) / 4)
        for _ in 0..<(megabytes + 3) / 4 { out += member }
        return out
    }
}
