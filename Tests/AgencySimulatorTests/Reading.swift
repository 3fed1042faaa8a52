import AgencySimulator
import CreditModel
import Foundation

/// Reads an agency to its end as a plain reader does, and keeps each answer's bytes.
struct Reading {
    let server: AgencyServer

    static let hongdun = ["registration", "alteration", "abnormal", "illegal", "penalty", "online-shop"]
    static let statetax = ["NSRXX", "NSRXYDJ", "QSGG", "ZDSSWF"]
    static let localtax = ["nsr", "fzc", "qs", "cf"]

    func hongdun(_ dataset: String, limit: Int = 400) async throws -> [Reply] {
        var replies: [Reply] = []
        var cursor = ""
        repeat {
            let target = "/hongdun/api/\(dataset).xml?after=\(cursor)&limit=\(limit)"
            replies.append(try await ask(server, target, headers: [token]))
            cursor = all(replies.last?.text ?? "", "NEXT=\"", "\"").first ?? ""
        } while replies.last?.text.contains("MORE=\"1\"") ?? false
        return replies
    }

    func statetax(_ dataset: String, size: Int = 300, from first: Day, to last: Day) async throws -> [Reply] {
        var replies: [Reply] = []
        var start = first
        while start <= last {
            var page = 1
            var pages = 1
            repeat {
                let body = question(
                    "\(start) 00:00:00",
                    "\(start.adding(days: 31)) 00:00:00",
                    page: page,
                    size: size
                ).replacingOccurrences(of: "NSRXX", with: dataset)
                let reply = try await ask(server, "/statetax/service", method: "POST", body: body)
                pages = Int(all(reply.text, "<PAGES>", "<").first ?? "") ?? 0
                replies.append(reply)
                page += 1
            } while page <= pages
            start = start.adding(days: 31)
        }
        return replies
    }

    func localtax(_ dataset: String, size: Int = 300) async throws -> [Reply] {
        var replies: [Reply] = []
        var total = 0
        repeat {
            let query = "type=\(dataset)&start=\(replies.count * size)&rows=\(size)&lastTime=20000101000000"
            replies.append(try await ask(server, "/localtax/dsws/query.do?" + query, headers: [basic]))
            total = Int(all(replies.last?.text ?? "", "total=\"", "\"").first ?? "") ?? 0
        } while replies.count * size < total
        return replies
    }

    func quality() async throws -> [(name: String, reply: Reply)] {
        let manifest = try await ask(server, "/quality/exchange/manifest.xml", headers: [token])
        var replies = [("manifest", manifest)]
        for name in all(manifest.text, "文件名=\"", "\"") {
            replies.append((name, try await ask(server, "/quality/exchange/files/" + name, headers: [token])))
        }
        return replies
    }

    /// All that the four say, by what was asked.
    func everything(from first: Day, to last: Day) async throws -> [String: [UInt8]] {
        var said: [String: [UInt8]] = [:]
        func keep(_ name: String, _ replies: [Reply]) {
            for (number, reply) in replies.enumerated() {
                said["\(name) \(number)"] = Array((reply.headers["content-type"] ?? "none").utf8) + reply.body
            }
        }
        for name in Self.hongdun { keep(name, try await hongdun(name)) }
        for name in Self.statetax { keep(name, try await statetax(name, from: first, to: last)) }
        for name in Self.localtax { keep(name, try await localtax(name)) }
        for (name, reply) in try await quality() { keep(name, [reply]) }
        return said
    }
}

extension Reply {
    /// The text of a file of 质监's, which the simulated agency packs without compression; nil where it is no UTF-8.
    var unpacked: String? {
        guard body.starts(with: [0x1F, 0x8B]) else { return String(validating: body, as: UTF8.self) }
        var out: [UInt8] = []
        var at = 0
        while at + 18 <= body.count {
            at += 10
            var isLast = false
            while !isLast, at + 5 <= body.count {
                isLast = body[at] & 1 == 1
                let length = Int(body[at + 1]) | Int(body[at + 2]) << 8
                out += body[(at + 5)..<(at + 5 + length)]
                at += 5 + length
            }
            at += 8
        }
        return String(validating: out, as: UTF8.self)
    }
}

/// Four agencies over a population as it is drawn, while a test asks.
func simulated<Result>(
    _ count: Int,
    seed: UInt64 = 31,
    rates: DirtRates = .standard,
    at day: String = "2018-06-01",
    data: String? = nil,
    wire: WireRates = .none,
    _ body: (AgencyServer, SimulatedPopulation) async throws -> Result
) async throws -> Result {
    let at = try Day(day) ?? { throw Unanswered() }()
    let population = try SimulatedPopulation(seed: seed, enterprises: count, rates: rates)
    let server = try await AgencyServer.start(
        .init(population: population, seed: seed, at: at, data: data, wire: wire)
    )
    do {
        let result = try await body(server, population)
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}
