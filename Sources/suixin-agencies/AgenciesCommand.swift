import AgencySimulator
import ArgumentParser
import CreditModel
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// Serves four simulated agencies over an invented population.
@main
struct AgenciesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suixin-agencies",
        abstract: "Serve four simulated agencies: hongdun, statetax, localtax and quality.",
        discussion: """
            Everything follows from --seed, --enterprises and the rates: the same give the same bytes, and a later --at goes on \
            where an earlier one ended. Credentials are those of a simulation and protect nothing.

            Rates of dirt (--rate, --rates): \(DirtRates.names.joined(separator: ", ")). \
            Of bad days on the way, shares of the answers: \(WireRates.names.joined(separator: ", ")).

            Faults (--faults, POST /control/faults): [{"agency":"statetax","dataset":"NSRXX","request":3,"times":2,\
            "kind":"status","status":503,"retryAfter":"2"}, …]; "share":0.05 in place of "times" hits that share of the requests. \
            A dataset of quality may also be "manifest".

            On the way: refuse (reset before any byte; a true refusal is a port where nobody listens), reset (bytes), \
            cutHead, truncate (bytes: closed early), cut (bytes: the document is shorter, and says so), hang (seconds), \
            stall (bytes, seconds), trickle (a byte a second), endless, redirect (location, or "itself").
            In the answer: status (status, retryAfter: seconds or a date), html, busy (seconds), internalError, refusedLogin, \
            refusedRequest, expiredCursor (hongdun), foreignSequence (statetax), wrongCharset (HTTP's), byteOrderMark, \
            foreignEncoding (encoding: what the declaration says).
            In the document: malformedRow (row), undecodableRow (row), hugeRow (bytes), deepNesting (levels), doctype, \
            entityBomb, externalEntity (location), gzipBomb.
            Of quality: missingFile (404), gap (the manifest leaves out the last file but one), wrongDigest, \
            wrongEntry (field, value: an attribute of the newest file's entry), replacedFile. \
            With a dataset's name, faults of the document fill its newest file, under a right digest, until \
            DELETE /control/faults.
            Records that hongdun lost (gone without a withdrawal, from the truth as well; a complete re-read tells): \
            POST /control/lose?dataset=registration&keys=5, and POST /control/expire for the re-read.
            Rows that change while they are read: --restless, POST /control/restless and /control/rest.

            Example: suixin-agencies --enterprises 500 --at 2018-06-01 --truth truth.ndjson --rate typo=0.05
            """
    )

    @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
    var port = 8091
    @Option(help: "What the whole population is drawn from.")
    var seed: UInt64 = 1
    @Option(help: "How many enterprises there are.")
    var enterprises = 2000
    @Option(help: "The day whose end the agencies show, yyyy-MM-dd.")
    var at = "2018-06-01"
    @Option(help: "A JSON object of names and rates of dirt.")
    var rates: String?
    @Option(name: .customLong("rate"), help: "One rate of dirt, name=value; may be given again.")
    var oneRate: [String] = []
    @Option(
        help: "The folder of the index; used again by the same population. Default: ./.suixin-agencies/SEED-ENTERPRISES"
    )
    var data: String?
    @Option(help: "Write the truth here, one JSON line per enterprise.")
    var truth: String?
    @Flag(help: "Write the truth and end.")
    var truthOnly = false
    @Flag(help: "Modify, add and double rows between any two requests.")
    var restless = false
    @Option(help: "A JSON list of faults that wait for their requests.")
    var faults: String?
    @Option(help: "The token of hongdun and quality. Environment: SUIXIN_AGENCIES_TOKEN")
    var token: String?
    @Option(help: "The user of statetax and localtax. Environment: SUIXIN_AGENCIES_USER")
    var user: String?
    @Option(help: "That user's password. Environment: SUIXIN_AGENCIES_PASSWORD")
    var password: String?
    @Option(help: "Write the base URLs here as JSON once the agencies answer.")
    var readyFile: String?

    func validate() throws {
        guard let day = Day(at) else { throw ValidationError("--at takes a day as yyyy-MM-dd.") }
        guard day <= SimulatedPopulation.lastDay else {
            throw ValidationError("--at: the simulated world ends on \(SimulatedPopulation.lastDay).")
        }
        guard SimulatedPopulation.sizes ~= enterprises else {
            throw ValidationError("--enterprises takes 1 to \(SimulatedPopulation.sizes.upperBound).")
        }
        guard 0...65_535 ~= port else { throw ValidationError("--port takes 0 to 65535.") }
        guard !truthOnly || truth != nil else { throw ValidationError("--truth-only needs --truth FILE.") }
    }

    mutating func run() async throws {
        let (rates, wire) = try dirt()
        let scripted = try scriptedFaults()
        let server = try await AgencyServer.start(try options(rates, wire))
        do {
            if let truth { try server.writeTruth(to: truth) }
            if !truthOnly {
                if restless { try server.makeRestless() }
                for fault in scripted { server.script(fault) }
                try announce(server)
                try await waitForSignal()
            }
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func scriptedFaults() throws -> [Fault] {
        guard let faults else { return [] }
        let script = try Self.contents(of: faults, for: "--faults")
        do {
            return try FaultScript.faults(of: [UInt8](script))
        } catch {
            throw ValidationError("--faults \(faults): \(FaultScript.reason(of: error)).")
        }
    }

    private func dirt() throws -> (DirtRates, WireRates) {
        do {
            return try readDirt()
        } catch DirtRatesError.unknownName(let name) {
            throw ValidationError("There is no rate “\(name)”; names: \(Self.names).")
        } catch DirtRatesError.notAShare(let name) {
            throw ValidationError("The rate \(name) must lie between 0 and 1.")
        } catch is DecodingError {
            throw ValidationError("--rates takes a file with one JSON object of names and numbers: {\"typo\": 0.05}.")
        }
    }

    private static func contents(of path: String, for option: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(option) names \(path), which cannot be read.")
        }
        return data
    }

    private static var names: String { (DirtRates.names + WireRates.names).joined(separator: ", ") }

    private func readDirt() throws -> (DirtRates, WireRates) {
        var (dirt, wire) = (DirtRates.standard, WireRates.standard)
        func set(_ name: String, _ rate: Double) throws {
            if WireRates.names.contains(name) { try wire.set(name, rate) } else { try dirt.set(name, rate) }
        }
        if let rates {
            let file = try Self.contents(of: rates, for: "--rates")
            for (name, rate) in try JSONDecoder().decode([String: Double].self, from: file) { try set(name, rate) }
        }
        for setting in oneRate {
            let parts = setting.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let value = Double(parts[1]) else {
                throw ValidationError("--rate takes name=value; names: \(Self.names).")
            }
            try set(String(parts[0]), value)
        }
        return (dirt, wire)
    }

    private func options(_ rates: DirtRates, _ wire: WireRates) throws -> AgencyServer.Options {
        guard let day = Day(at) else { throw ValidationError("--at takes a day as yyyy-MM-dd.") }
        let environment = ProcessInfo.processInfo.environment
        let plain = AgencyCredentials.simulation
        let credentials = AgencyCredentials(
            token: token ?? environment["SUIXIN_AGENCIES_TOKEN"] ?? plain.token,
            user: user ?? environment["SUIXIN_AGENCIES_USER"] ?? plain.user,
            password: password ?? environment["SUIXIN_AGENCIES_PASSWORD"] ?? plain.password
        )
        let fingerprint = DirtRates.names.map { "\($0)=\(rates[$0])" }.joined(separator: ",")
        return AgencyServer.Options(
            population: try SimulatedPopulation(seed: seed, enterprises: enterprises, rates: rates),
            seed: seed,
            at: day,
            data: data ?? ".suixin-agencies/\(seed)-\(enterprises)",
            port: truthOnly ? 0 : port,
            credentials: credentials,
            wire: wire,
            fingerprint: fingerprint,
            progress: Progress.shown()
        )
    }

    private func announce(_ server: AgencyServer) throws {
        let agencies: [AgencyID] = [.hongdun, .statetax, .localtax, .quality]
        let urls = agencies.map { ($0.rawValue, server.baseURL($0)) }
        for (agency, url) in urls { print("\(agency) \(url)") }
        print("Credentials: a token for hongdun and quality, user and password for statetax and localtax; see --help.")
        if let readyFile {
            let members = urls.map { "\"\($0)\":\"\($1)\"" }.joined(separator: ",")
            try Data("{\(members)}\n".utf8).write(to: URL(fileURLWithPath: readyFile), options: .atomic)
        }
        // A reader of a pipe waits for these lines.
        try FileHandle.standardOutput.synchronizeIfPossible()
    }

    /// Until SIGINT or SIGTERM.
    private func waitForSignal() async throws {
        struct Waiting: Service {
            func run() async throws { try await gracefulShutdown() }
        }
        var logger = Logger(label: "suixin-agencies")
        logger.logLevel = .error
        let group = ServiceGroup(
            configuration: .init(
                services: [Waiting()],
                gracefulShutdownSignals: [.sigint, .sigterm],
                logger: logger
            )
        )
        try await group.run()
    }
}
