internal import CreditModel
internal import Foundation

/// 质监: a manifest and files that can be asked for in parts.
struct QualityDialect {
    static let provider = "114401000074821105"

    let seed: UInt64
    let token: String
    let wire: WireRates
    let folder: String

    /// `manifest`, or the dataset of the file that is asked for.
    static func dataset(of call: AgencyCall) -> String? {
        if call.path == ["exchange", "manifest.xml"] { return "manifest" }
        guard call.path.count == 3, call.path[0] == "exchange", call.path[1] == "files" else { return nil }
        let parts = call.path[2].split(separator: "_")
        return parts.count == 5 ? String(parts[1]) : nil
    }

    func answer(_ call: AgencyCall, _ files: [QualityFile], clock: LocalTime, fault: Fault.Kind?) -> AgencyAnswer {
        guard fault != .refusedLogin, call.headers["x-access-token"] == token else { return .html(401, "401 令牌无效") }
        guard let dataset = Self.dataset(of: call) else { return .html(404, "404 Not Found") }
        guard call.method == "GET" else { return .html(405, "405 Method Not Allowed") }
        if fault == .refusedRequest { return .html(400, "400 Bad Request") }
        if fault == .internalError { return .html(500, "500 Internal Server Error") }
        if case .busy(let seconds)? = fault { return .html(503, "503", headers: [("Retry-After", String(seconds))]) }
        if dataset == "manifest" { return manifest(files, clock, fault) }
        guard let file = files.first(where: { $0.name == call.path[2] }) else { return .html(404, "404 Not Found") }
        return part(of: file, call)
    }

    private func manifest(_ files: [QualityFile], _ clock: LocalTime, _ fault: Fault.Kind?) -> AgencyAnswer {
        var text = PageText(capacity: files.count * 300 + 200)
        text.declaration("UTF-8", fault)
        text.text("<清单 提供方=\"\(Self.provider)\" 生成时间=\"\(clock)\">\n")
        for (index, file) in files.enumerated() {
            // Hex in either case, file by file.
            let upper = Chance.hash(Chance.hash(of: file.name), seed) & 3 == 0
            text.text(
                "<数据包\(fault == .malformedRow(index + 1) ? " &" : "") 文件名=\"\(file.name)\" 数据集=\"\(file.dataset)\" 序号=\"\(file.serial)\" 模式=\"\(file.mode)\""
                    + " 记录数=\"\(file.count)\" 字节数=\"\(file.size)\" SHA256=\"\(upper ? file.digest.uppercased() : file.digest)\"/>\n"
            )
        }
        text.text("</清单>\n")
        let hash = Chance.hash(seed, UInt64(bitPattern: clock.seconds))
        let bad = fault == .wrongCharset || Chance.happens(wire.wrongCharset, hash)
        let mark: [UInt8] = fault == .byteOrderMark ? [0xEF, 0xBB, 0xBF] : []
        return .xml(mark + text.bytes, charset: bad ? "GB18030" : "UTF-8")
    }

    private func part(of file: QualityFile, _ call: AgencyCall) -> AgencyAnswer {
        let tag = "\"\(file.digest.prefix(32))\""
        let path = folder + "/" + file.name
        var headers: [(name: String, value: String)] = [
            ("Content-Type", file.isCompressed ? "application/gzip" : "application/xml"), ("ETag", tag),
            ("Accept-Ranges", "bytes"),
        ]
        if call.headers["if-none-match"] == tag { return AgencyAnswer(status: 304, headers: headers, body: .bytes([])) }
        let holds = call.headers["if-range"].map { $0 == tag } ?? true
        guard holds, let range = call.headers["range"], let wanted = Self.range(range, of: file.size) else {
            return AgencyAnswer(headers: headers, body: .file(path, 0..<file.size))
        }
        guard !wanted.isEmpty else {
            headers.append(("Content-Range", "bytes */\(file.size)"))
            return AgencyAnswer(status: 416, headers: headers, body: .bytes([]))
        }
        headers.append(("Content-Range", "bytes \(wanted.lowerBound)-\(wanted.upperBound - 1)/\(file.size)"))
        return AgencyAnswer(status: 206, headers: headers, body: .file(path, wanted))
    }

    /// One range of bytes; nil where the header is another or none, empty where it cannot be served.
    static func range(_ header: String, of size: Int64) -> Range<Int64>? {
        guard header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let ends = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty {
            guard let count = Int64(ends[1]), count >= 0 else { return nil }
            return max(0, size - count)..<size
        }
        guard let start = Int64(ends[0]), start >= 0 else { return nil }
        guard start < size else { return 0..<0 }
        if ends[1].isEmpty { return start..<size }
        guard let end = Int64(ends[1]), end >= start else { return nil }
        return start..<(min(end, size - 1) + 1)
    }
}
