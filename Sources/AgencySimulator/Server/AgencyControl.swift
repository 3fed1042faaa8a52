internal import CreditModel
internal import Foundation

/// The levers over HTTP, under `/control`: what tests in other processes pull.
struct AgencyControl {
    let desk: AgencyDesk

    func answer(_ call: AgencyCall) throws -> AgencyAnswer {
        switch (call.method, call.path.first ?? "") {
        case ("POST", "pass"):
            guard let day = call.query["to"].flatMap({ Day($0) }) else { return refusal("to: yyyy-MM-dd is missing") }
            try desk.advance(to: day)
        case ("POST", "restless"): try desk.changeAll { try $0.makeRestless() }
        case ("POST", "rest"): desk.changeAll { $0.rest() }
        case ("POST", "expire"): desk.change(.hongdun) { $0.expireCursors() }
        case ("POST", "faults"):
            guard let faults = try? FaultScript.faults(of: call.body) else { return refusal("not a list of faults") }
            for fault in faults { desk.change(fault.agency) { $0.script(fault) } }
        case ("DELETE", "faults"):
            try desk.changeAll {
                $0.clearFaults()
                try $0.healFiles()
            }
        case ("GET", "state"): break
        case ("GET", "table"): return try table(call)
        default: return .html(404, "404 Not Found")
        }
        return state
    }

    private var state: AgencyAnswer {
        let requests = TableBuilder.agencies.map { agency in "\"\(agency)\":\(desk.change(agency) { $0.requests } ?? 0)"
        }
        return json("{\"day\":\"\(desk.day)\",\"requests\":{\(requests.joined(separator: ","))}}\n")
    }

    private func table(_ call: AgencyCall) throws -> AgencyAnswer {
        guard let agency = call.query["agency"], let dataset = call.query["dataset"],
            let rows = try desk.change(AgencyID(rawValue: agency), { try $0.tables[dataset]?.shownRows() }).flatMap({
                $0
            })
        else { return .html(404, "404 Not Found") }
        var text = ""
        for (key, row) in rows.sorted(by: { $0.key < $1.key }) {
            text += "{\"key\":\(PlainJSON.string(key.text)),\"modified\":\"\(row.modified.spaced)\""
            if row.isUnreadable { text += ",\"unreadable\":true" }
            if row.isTest { text += ",\"test\":true" }
            let fields = row.fields.map { "[\(PlainJSON.string($0.name)),\(PlainJSON.string($0.text))]" }
            text += ",\"fields\":[" + fields.joined(separator: ",") + "]}\n"
        }
        return json(text)
    }

    private func json(_ text: String) -> AgencyAnswer {
        AgencyAnswer(headers: [("Content-Type", "application/json")], body: .bytes(Array(text.utf8)))
    }

    private func refusal(_ text: String) -> AgencyAnswer { .html(400, text) }
}

/// Faults as JSON: a list of objects.
package enum FaultScript {
    private struct Line: Decodable {
        var agency: String
        var dataset: String?
        var request: Int?
        var times: Int?
        var share: Double?
        var kind: String
        var status: Int?
        var retryAfter: String?
        var bytes: Int?
        var row: Int?
        var seconds: Int?
        var levels: Int?
        var location: String?
        var encoding: String?
        var field: String?
        var value: String?
    }

    package struct Unknown: Error { package let kind: String }

    package static func faults(of json: [UInt8]) throws -> [Fault] {
        try JSONDecoder().decode([Line].self, from: Data(json)).map { line in
            Fault(
                agency: .init(rawValue: line.agency),
                dataset: line.dataset,
                request: line.request ?? 1,
                times: line.times,
                share: line.share,
                kind: try kind(line)
            )
        }
    }

    private static func kind(_ line: Line) throws -> Fault.Kind {
        switch line.kind {
        case "status": .status(line.status ?? 503, retryAfter: line.retryAfter)
        case "refuse": .refuse
        case "reset": .reset(line.bytes ?? 200)
        case "cutHead": .cutHead
        case "truncate": .truncate(line.bytes ?? 200)
        case "cut": .cut(line.bytes ?? 200)
        case "html": .html
        case "malformedRow": .malformedRow(line.row ?? 1)
        case "undecodableRow": .undecodableRow(line.row ?? 1)
        case "refusedLogin": .refusedLogin
        case "refusedRequest": .refusedRequest
        case "gap": .gap
        case "wrongEntry": .wrongEntry(line.field ?? "记录数", line.value ?? "0")
        case "foreignEncoding": .foreignEncoding(line.encoding ?? "UTF-16")
        case "foreignSequence": .foreignSequence
        case "expiredCursor": .expiredCursor
        case "busy": .busy(line.seconds ?? 1)
        case "internalError": .internalError
        case "missingFile": .missingFile
        case "wrongDigest": .wrongDigest
        case "replacedFile": .replacedFile
        case "hang": .hang(line.seconds ?? 30)
        case "redirect": .redirect(line.location ?? "/")
        case "wrongCharset": .wrongCharset
        case "byteOrderMark": .byteOrderMark
        case "doctype": .doctype
        case "trickle": .trickle
        case "endless": .endless
        case "hugeRow": .hugeRow(line.bytes ?? 20_000_000)
        case "deepNesting": .deepNesting(line.levels ?? 10_000)
        case "entityBomb": .entityBomb
        case "externalEntity": .externalEntity(line.location ?? "file:///etc/hostname")
        case "gzipBomb": .gzipBomb
        case "stall": .stall(line.bytes ?? 200, seconds: line.seconds ?? 30)
        default: throw Unknown(kind: line.kind)
        }
    }
}
