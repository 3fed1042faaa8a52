internal import CreditModel
internal import Foundation

/// The levers over HTTP, under `/control`: what tests in other processes pull.
struct AgencyControl {
    let desk: AgencyDesk

    func answer(_ call: AgencyCall) throws -> AgencyAnswer {
        switch (call.method, call.path.first ?? "") {
        case ("POST", "pass"):
            guard let day = call.query["to"].flatMap({ Day($0) }) else { return refusal("to: yyyy-MM-dd is missing") }
            guard day <= SimulatedPopulation.lastDay else {
                return refusal("to: the simulated world ends on \(SimulatedPopulation.lastDay)")
            }
            try desk.advance(to: day)
        case ("POST", "restless"): try desk.changeAll { try $0.makeRestless() }
        case ("POST", "rest"): desk.changeAll { $0.rest() }
        case ("POST", "expire"): desk.change(.hongdun) { $0.expireCursors() }
        case ("POST", "lose"): return try lose(call)
        case ("POST", "faults"): return script(call)
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

    private func script(_ call: AgencyCall) -> AgencyAnswer {
        do {
            let faults = try FaultScript.faults(of: call.body)
            for fault in faults where fault.kind == .replacedFile {
                guard desk.change(fault.agency, { $0.canReplaceFile(fault.dataset) }) ?? false else {
                    return refusal("replacedFile: no 增量 of two rows or more is listed")
                }
            }
            for fault in faults { desk.change(fault.agency) { $0.script(fault) } }
            return state
        } catch {
            return refusal(FaultScript.reason(of: error))
        }
    }

    private func lose(_ call: AgencyCall) throws -> AgencyAnswer {
        let datasets = DatasetShape.of(.hongdun).map(\.id.name)
        guard let dataset = call.query["dataset"], datasets.contains(dataset) else {
            return refusal("dataset: one of \(datasets.joined(separator: ", "))")
        }
        guard let count = call.number("keys", default: 1), 1...1_000_000 ~= count else {
            return refusal("keys: how many records are lost")
        }
        _ = try desk.change(.hongdun) { try $0.lose(Int(count), of: dataset) }
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

    private func refusal(_ text: String) -> AgencyAnswer { .html(400, Markup.escaped(text)) }
}
