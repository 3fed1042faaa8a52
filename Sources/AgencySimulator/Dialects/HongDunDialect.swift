internal import CreditModel

/// 红盾: one resource per dataset, an opaque cursor, GB18030.
struct HongDunDialect {
    let seed: UInt64
    let token: String
    let wire: WireRates
    /// Grows when cursors expire; those of an earlier one are refused.
    var generation: Int

    static func dataset(of call: AgencyCall) -> String? {
        guard call.path.count == 2, call.path[0] == "api", call.path[1].hasSuffix(".xml") else { return nil }
        return String(call.path[1].dropLast(4))
    }

    func answer(_ call: AgencyCall, _ table: DatasetTable?, fault: Fault.Kind?) throws -> AgencyAnswer {
        guard call.method == "GET" else { return .html(405, "405 Method Not Allowed") }
        guard call.headers["x-access-token"] == token else { return try refusal(1001, "令牌无效") }
        guard let table else { return .html(404, "404 Not Found") }
        switch fault {
        case .refusedLogin: return try refusal(1001, "令牌无效")
        case .refusedRequest: return try refusal(3001, "参数错误")
        case .expiredCursor: return try refusal(1002, "游标已过期")
        case .busy(let seconds): return try refusal(2001, "系统忙", retry: seconds)
        case .internalError: return try refusal(9999, "内部错误")
        default: break
        }
        guard let limit = call.number("limit", default: 500), 1...1000 ~= limit else {
            return try refusal(3001, "参数错误")
        }
        let text = call.query["after"] ?? ""
        guard let cursor = Cursor(text) else { return try refusal(3001, "参数错误") }
        if !text.isEmpty, cursor.generation != generation { return try refusal(1002, "游标已过期") }
        return try page(cursor, Int(limit), table, fault)
    }

    private func page(_ cursor: Cursor, _ limit: Int, _ table: DatasetTable, _ fault: Fault.Kind?) throws
        -> AgencyAnswer
    {
        let hash = Chance.hash(seed, Chance.hash(of: table.shape.id.name), UInt64(cursor.sequence), UInt64(limit))
        var count = limit
        var next = Cursor(sequence: cursor.sequence, generation: generation, isWhole: false)
        if !cursor.isWhole, Chance.happens(wire.shortPage, hash) {
            // Empty once in three: the cursor that it gives leads to a whole page.
            count = hash & 0xF < 5 ? 0 : max(1, limit * Int(hash >> 4 & 7) / 10)
        }
        let rows = count == 0 ? [] : try table.events(after: cursor.sequence, limit: count)
        if let last = rows.last { next.sequence = last.sequence } else { next.isWhole = true }
        // What is left was lost.
        if count > 0, rows.count < count { next.sequence = max(next.sequence, table.bound) }
        let more = next.sequence < table.bound
        if !more { next.isWhole = false }
        var page = PageText(capacity: rows.count * 600 + 300)
        page.declaration("GB18030", fault)
        page.text("<RESULT CODE=\"0\" MSG=\"\">\n<PAGE NEXT=\"\(next.text)\" MORE=\"\(more ? 1 : 0)\"/>\n")
        for (index, row) in rows.enumerated() {
            let operation = row.change == 0 ? "I" : row.isDelete ? "D" : "U"
            let time = LocalTime(seconds: row.modified).spaced
            page.text("<ROW SEQ=\"\(row.sequence)\" OP=\"\(operation)\" TS=\"\(time)\">")
            page.row(row.fields, breaking: fault == .malformedRow(index + 1), closing: "</ROW>\n")
        }
        page.text("</RESULT>\n")
        return try encoded(page, hash, fault)
    }

    private func encoded(_ page: PageText, _ hash: UInt64, _ fault: Fault.Kind?) throws -> AgencyAnswer {
        if fault == .byteOrderMark { return .xml([0xEF, 0xBB, 0xBF] + page.bytes, charset: "GB18030") }
        let bad = fault == .wrongCharset || Chance.happens(wire.wrongCharset, Chance.hash(hash, 1))
        let charset: String? = bad ? (hash & 1 == 0 ? "ISO-8859-1" : nil) : "GB18030"
        return .xml(try GB18030.encode(page.bytes), charset: charset)
    }

    private func refusal(_ code: Int, _ message: String, retry: Int? = nil) throws -> AgencyAnswer {
        let attribute = retry.map { " RETRY=\"\($0)\"" } ?? ""
        let text =
            "<?xml version=\"1.0\" encoding=\"GB18030\"?>\n<RESULT CODE=\"\(code)\" MSG=\"\(message)\"\(attribute)/>\n"
        return .xml(try GB18030.encode(Array(text.utf8)), charset: "GB18030")
    }
}

/// Where a reader of 红盾 stands: base64url of the `SEQ` and what else the agency wants to remember.
struct Cursor: Hashable {
    var sequence: Int64
    var generation: Int
    /// The page that comes is not a short one.
    var isWhole: Bool

    init(sequence: Int64, generation: Int, isWhole: Bool) {
        self.sequence = sequence
        self.generation = generation
        self.isWhole = isWhole
    }

    init?(_ text: String) {
        self.init(sequence: 0, generation: 0, isWhole: false)
        if text.isEmpty { return }
        guard var plain = Cursor.decoded(text) else { return nil }
        if plain.hasSuffix("w") {
            isWhole = true
            plain.removeLast()
        }
        let parts = plain.split(separator: "-")
        guard parts.count == 1 || parts.count == 2, let sequence = Int64(parts[0]), sequence >= 0 else { return nil }
        self.sequence = sequence
        if parts.count == 2 {
            guard let generation = Int(parts[1]) else { return nil }
            self.generation = generation
        }
        guard self.text == text else { return nil }
    }

    var text: String {
        let digits = String(sequence)
        var plain = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        if generation > 0 { plain += "-\(generation)" }
        if isWhole { plain += "w" }
        return Cursor.encoded(plain)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func encoded(_ text: String) -> String {
        var out: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in text.utf8 {
            bits = bits << 8 | Int(byte)
            count += 8
            while count >= 6 {
                count -= 6
                out.append(alphabet[bits >> count & 63])
            }
            bits &= (1 << count) - 1
        }
        if count > 0 { out.append(alphabet[bits << (6 - count) & 63]) }
        return String(decoding: out, as: UTF8.self)
    }

    private static func decoded(_ text: String) -> String? {
        var out: [UInt8] = []
        var bits = 0
        var count = 0
        for byte in text.utf8 {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                out.append(UInt8(bits >> count & 255))
                bits &= (1 << count) - 1
            }
        }
        return String(validating: out, as: UTF8.self)
    }
}
