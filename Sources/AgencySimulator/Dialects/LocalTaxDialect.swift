internal import CreditModel
internal import Foundation

/// 地税: rows as attributes in GBK that is declared gb2312, HTTP Basic, errors as HTML.
struct LocalTaxDialect {
    let seed: UInt64
    let user: String
    let password: String
    let wire: WireRates

    static func dataset(of call: AgencyCall) -> String? {
        call.path == ["dsws", "query.do"] ? call.query["type"] ?? "" : nil
    }

    func answer(_ call: AgencyCall, _ table: DatasetTable?, fault: Fault.Kind?) throws -> AgencyAnswer {
        guard call.path == ["dsws", "query.do"] else { return .html(404, "404 Not Found") }
        guard call.method == "GET" else { return .html(405, "405 Method Not Allowed") }
        let expected = "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
        guard fault != .refusedLogin, call.headers["authorization"] == expected else {
            return .html(401, "401 未授权", headers: [("WWW-Authenticate", "Basic realm=\"dsws\"")])
        }
        switch fault {
        case .refusedRequest: return .html(200, "参数错误")
        case .busy: return .html(200, "系统繁忙，请稍后再试")
        case .internalError: return .html(200, "系统内部错误")
        default: break
        }
        guard let table else { return .html(200, "无此数据类型") }
        guard let start = call.number("start", default: 0), let rows = call.number("rows", default: 500),
            1...1000 ~= rows,
            let text = call.query["lastTime"], text.utf8.count == 14, let time = LocalTime(text)
        else { return .html(200, "参数错误") }
        return try page(from: time, start, rows, table, fault)
    }

    private func page(
        from time: LocalTime,
        _ start: Int64,
        _ count: Int64,
        _ table: DatasetTable,
        _ fault: Fault.Kind?
    ) throws -> AgencyAnswer {
        let (low, asked) = (try table.rank(of: table.firstSequence(from: time.seconds)), start)
        let window = low..<max(low, table.total)
        let start = min(start, Int64(window.count) + count)
        let doubles = table.doubles
        let layout = PageLayout(window, size: count, number: start / count + 1, doubles: doubles)
        let total = layout.total
        var rows = try slice(layout.page.from(start % count), not: low, table)
        if start % count > 0 {
            // A reader that counts otherwise than by whole pages: the rest is on the next one.
            let next = PageLayout(window, size: count, number: start / count + 2, doubles: doubles)
            rows += try slice(next.page.upTo(start % count), not: low, table)
        }
        var text = PageText(capacity: rows.count * 300 + 200)
        text.declaration("gb2312", fault)
        text.text("<rs total=\"\(total)\" start=\"\(asked)\" rows=\"\(count)\">\n")
        for (index, row) in rows.enumerated() {
            text.text("<r")
            let time = LocalTime(seconds: row.visible).compact
            let closing = " gxsj=\"\(time)\" sjzt=\"\(row.change)\"/>\n"
            text.row(row.fields, breaking: fault == .malformedRow(index + 1), closing: closing)
        }
        text.text("</rs>\n")
        // In UTF-8 then, whatever the declaration says.
        if fault == .byteOrderMark { return .xml([0xEF, 0xBB, 0xBF] + text.bytes, charset: "gb2312") }
        let hash = Chance.hash(seed, UInt64(bitPattern: time.seconds), UInt64(start), UInt64(count))
        let bad = fault == .wrongCharset || Chance.happens(wire.wrongCharset, hash)
        let charset: String? = bad ? (hash & 1 == 0 ? "UTF-8" : nil) : "gb2312"
        return .xml(try GB18030.encode(text.bytes), charset: charset)
    }

    /// These places among the rows, in an order that within one second is another for every page.
    ///
    /// Two identical rows stay side by side where they are, so that no page holds but one of them.
    private func slice(_ ranks: Range<Int64>, not before: Int64, _ table: DatasetTable) throws -> [StoredRow] {
        guard !ranks.isEmpty else { return [] }
        let ends =
            try table.rows(at: ranks.lowerBound..<ranks.lowerBound + 1)
            + table.rows(at: ranks.upperBound - 1..<ranks.upperBound)
        guard let first = ends.first, let last = ends.last else { return [] }
        let low = try max(before, table.rank(of: table.firstSequence(from: first.visible)))
        let high = try table.rank(of: table.firstSequence(from: last.visible + 1))
        var rows = try table.rows(at: low..<max(high, ranks.upperBound))
        var start = 0
        while start < rows.count {
            var end = start + 1
            while end < rows.count, rows[end].visible == rows[start].visible { end += 1 }
            if end - start > 1 { shuffle(&rows, start..<end, UInt64(ranks.lowerBound - before)) }
            start = end
        }
        return Array(rows[Int(ranks.lowerBound - low)..<Int(ranks.upperBound - low)])
    }

    private func shuffle(_ rows: inout [StoredRow], _ range: Range<Int>, _ page: UInt64) {
        func isTwin(_ place: Int) -> Bool {
            [place - 1, place + 1].contains { range.contains($0) && rows[$0].sequence == rows[place].sequence }
        }
        let places = range.filter { !isTwin($0) }
        let order = places.map { rows[$0] }.sorted {
            Chance.hash(seed, page, UInt64($0.sequence)) < Chance.hash(seed, page, UInt64($1.sequence))
        }
        for (place, row) in zip(places, order) { rows[place] = row }
    }
}
