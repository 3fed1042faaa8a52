internal import CreditModel

/// 国税: one service, XML in the request, windows on the time of modification.
struct StateTaxDialect {
    let seed: UInt64
    let user: String
    let password: String
    let wire: WireRates
    /// The agency's own time.
    var clock: LocalTime

    static func dataset(of call: AgencyCall) -> String? {
        element("tran_id", String(decoding: call.body, as: UTF8.self))
    }

    func answer(_ call: AgencyCall, _ table: DatasetTable?, fault: Fault.Kind?) throws -> AgencyAnswer {
        guard call.path == ["service"] else { return .html(404, "404 Not Found") }
        guard call.method == "POST" else { return .html(405, "405 Method Not Allowed") }
        let question = String(decoding: call.body, as: UTF8.self)
        let name = Self.element("tran_id", question) ?? ""
        var sequence = Self.element("tran_seq", question) ?? ""
        if fault == .foreignSequence {
            sequence = "00000000-0000-4000-8000-" + String(Chance.hash(seed, 3) % 1_000_000_000_000)
        }
        func refuse(_ code: String, _ message: String) -> AgencyAnswer {
            finish(head(name, sequence, code, message, fault) + "<body/></service>\n", 0, fault)
        }
        guard Self.element("user", question) == user, Self.element("password", question) == password else {
            return refuse("1001", "用户名或密码错误")
        }
        switch fault {
        case .refusedLogin: return refuse("1001", "用户名或密码错误")
        case .refusedRequest: return refuse("2001", "时间窗口过大")
        case .busy: return refuse("3001", "访问过于频繁")
        case .internalError: return refuse("9999", "系统内部错误")
        default: break
        }
        guard let table,
            let from = Self.element("QSSJ", question).flatMap({ LocalTime($0) }),
            let to = Self.element("ZZSJ", question).flatMap({ LocalTime($0) }), from <= to,
            let page = Self.element("PAGE", question).flatMap({ Int64($0) }), page >= 1,
            let size = Self.element("PAGESIZE", question).flatMap({ Int64($0) }), 1...1000 ~= size
        else { return refuse("9999", "请求有误") }
        guard to.seconds - from.seconds <= 31 * 86_400 else { return refuse("2001", "时间窗口过大") }
        return try window(from, to, page, size, table, head(name, sequence, "0000", "", fault), fault)
    }

    private func window(
        _ from: LocalTime,
        _ to: LocalTime,
        _ page: Int64,
        _ size: Int64,
        _ table: DatasetTable,
        _ head: String,
        _ fault: Fault.Kind?
    ) throws -> AgencyAnswer {
        let low = try table.rank(of: table.firstSequence(from: from.seconds))
        let high = try table.rank(of: table.firstSequence(from: to.seconds))
        let layout = PageLayout(low..<max(low, high), size: size, number: page, doubles: table.doubles)
        let (total, pages) = (layout.total, (layout.total + size - 1) / size)
        let rows = try table.rows(at: layout.page)
        var text = PageText(capacity: rows.count * 500 + 500)
        text.text(head)
        text.text("<body><TOTAL>\(total)</TOTAL><PAGES>\(pages)</PAGES><PAGE>\(page)</PAGE>\n")
        for (index, row) in rows.enumerated() {
            text.text("<ROW>")
            let time = LocalTime(seconds: row.visible).spaced
            let closing = "<XGSJ>\(time)</XGSJ><YXBZ>\(row.isDelete ? "N" : "Y")</YXBZ></ROW>\n"
            text.row(row.fields, breaking: fault == .malformedRow(index + 1), closing: closing)
        }
        text.text("</body></service>\n")
        return finish(text.bytes, Chance.hash(seed, UInt64(bitPattern: from.seconds), UInt64(page)), fault)
    }

    private func head(_ name: String, _ sequence: String, _ code: String, _ message: String, _ fault: Fault.Kind?)
        -> String
    {
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + (fault == .doctype ? "<!DOCTYPE service>\n" : "")
            + "<service><head><tran_id>\(Markup.escaped(name))</tran_id><tran_seq>\(Markup.escaped(sequence))</tran_seq>"
            + "<xtsj>\(clock.spaced)</xtsj><rtn_code>\(code)</rtn_code><rtn_msg>\(message)</rtn_msg></head>\n"
    }

    private func finish(_ text: String, _ hash: UInt64, _ fault: Fault.Kind?) -> AgencyAnswer {
        finish(Array(text.utf8), hash, fault)
    }

    private func finish(_ bytes: [UInt8], _ hash: UInt64, _ fault: Fault.Kind?) -> AgencyAnswer {
        let marked = fault == .byteOrderMark || hash != 0 && Chance.happens(wire.byteOrderMark, Chance.hash(hash, 1))
        let bad = fault == .wrongCharset || hash != 0 && Chance.happens(wire.wrongCharset, Chance.hash(hash, 2))
        return .xml(
            marked ? [0xEF, 0xBB, 0xBF] + bytes : bytes,
            charset: bad ? (hash & 1 == 0 ? "GBK" : nil) : "UTF-8"
        )
    }

    /// The text of an element of a question.
    ///
    /// Questions come from readers of ours and are small, so looking for the tags is enough.
    static func element(_ name: String, _ text: String) -> String? {
        guard let start = text.firstRange(of: "<\(name)>"),
            let end = text[start.upperBound...].firstRange(of: "</\(name)>")
        else {
            return nil
        }
        var found = String(text[start.upperBound..<end.lowerBound])
        guard found.utf8.contains(0x26) else { return found }
        for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")] {
            found = found.replacing(entity, with: character)
        }
        return found
    }
}
