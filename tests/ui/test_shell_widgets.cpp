// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QStyleOption>
#include <QTemporaryDir>
#include <QToolButton>
#include <QtTest>

#include "ui/gallery/filter_field.h"
#include "ui/importing/failed_files_dialog.h"
#include "ui/importing/import_bar.h"
#include "ui/widgets/clear_edges_style.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/message_bar.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/settings.h"
#include "ui/widgets/theme.h"

using namespace fieldmark;

namespace {

/// As WCAG 2.1 defines them.
double luminance(const QColor& colour) {
    const auto linear = [](double v) {
        return v <= 0.03928 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

double contrast(const QColor& a, const QColor& b) {
    const double one = luminance(a), two = luminance(b);
    return (std::max(one, two) + 0.05) / (std::min(one, two) + 0.05);
}

}  // namespace

class TestShellWidgets : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    /// On any ground, and after the colours have changed: what is drawn, not what a palette says.
    void quiet_labels_are_quiet_on_every_ground() {
        const QPalette before = QGuiApplication::palette();
        for (const bool base : {false, true}) {
            for (const bool dark : {false, true}) {
                QWidget ground;
                if (base) ground.setBackgroundRole(QPalette::Base);
                ground.setAutoFillBackground(true);
                auto* page = new QWidget(&ground);
                auto* label = new QuietLabel(page, QStringLiteral("quiet"), QStringLiteral("MMMM"));
                QFont font = label->font();
                font.setPixelSize(60);
                font.setBold(true);
                label->setFont(font);
                label->resize(label->sizeHint());
                page->resize(label->size());
                ground.resize(label->size());
                if (dark) {
                    QPalette palette(QColor(50, 50, 50), QColor(40, 40, 40));
                    QGuiApplication::setPalette(palette);
                }
                ground.show();
                QVERIFY(QTest::qWaitForWindowExposed(&ground));
                const QImage drawn = ground.grab().toImage();
                const QColor wanted = quiet_text(ground.palette());
                QVERIFY(wanted != ground.palette().color(QPalette::WindowText));
                int found = 0;
                for (int y = 0; y < drawn.height(); ++y)
                    for (int x = 0; x < drawn.width(); ++x)
                        found += contrast(drawn.pixelColor(x, y), wanted) < 1.02 ? 1 : 0;
                QGuiApplication::setPalette(before);
                QVERIFY2(found > 200, qPrintable(QStringLiteral("%1 %2 %3").arg(base).arg(dark).arg(found)));
            }
        }
    }

    void messages_stack_to_three_and_close() {
        MessageBar bar;
        bar.show();
        int dismissed = 0;
        for (int n = 0; n < 5; ++n) {
            Message message;
            message.text = QStringLiteral("message %1").arg(n);
            message.dismissed = [&dismissed] { ++dismissed; };
            bar.show_message(message);
        }
        QCOMPARE(bar.count(), 3);
        QCOMPARE(dismissed, 2);
        QVERIFY(bar.close_latest());
        QCOMPARE(bar.count(), 2);
        QCOMPARE(dismissed, 3);
        bar.close_all();
        QCOMPARE(bar.count(), 0);
        QVERIFY(!bar.isVisible());
        QVERIFY(!bar.close_latest());
    }

    void a_message_with_the_same_id_takes_the_place() {
        MessageBar bar;
        Message message;
        message.id = QStringLiteral("import");
        message.text = QStringLiteral("first");
        bar.show_message(message);
        message.text = QStringLiteral("second");
        bar.show_message(message);
        QCOMPARE(bar.count(), 1);
        bar.remove(QStringLiteral("import"));
        QCOMPARE(bar.count(), 0);
    }

    void an_action_runs_once_and_is_no_dismissal() {
        MessageBar bar;
        int run = 0;
        int dismissed = 0;
        Message message;
        message.text = QStringLiteral("removed");
        message.actions.push_back({QStringLiteral("Undo"), [&run] { ++run; }});
        message.dismissed = [&dismissed] { ++dismissed; };
        bar.show_message(message);
        auto* button = bar.findChild<QPushButton*>(QStringLiteral("messageAction"));
        QVERIFY(button != nullptr);
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(run, 1);
        QCOMPARE(dismissed, 0);
        QCOMPARE(bar.count(), 0);
    }

    void details_open_on_demand_and_escape_closes() {
        MessageBar bar;
        bar.resize(600, 100);
        bar.show();
        bar.show_error({ErrorKind::Io, "Cannot read a.jpg.", "read(3): EIO"});
        auto* details = bar.findChild<QPushButton*>(QStringLiteral("messageDetails"));
        QVERIFY(details != nullptr);
        auto* pane = bar.findChild<QWidget*>(QStringLiteral("messageDetailText"));
        QVERIFY(!pane->isVisible());
        details->click();
        QVERIFY(pane->isVisible());
        QTest::keyClick(bar.findChild<QWidget*>(QStringLiteral("message")), Qt::Key_Escape);
        QCOMPARE(bar.count(), 0);
    }

    void the_import_bar_says_what_is_going_on() {
        ImportProgress progress;
        QVERIFY(ImportBar::progress_text(progress, QStringLiteral("Kenya"))
                    .contains(QStringLiteral("looking for pictures")));
        progress.phase = ImportProgress::Phase::Embedding;
        progress.done = 3120;
        progress.total = 10'000;
        progress.images_per_second = 96;
        progress.seconds_left = 72;
        const QString text = ImportBar::progress_text(progress, QStringLiteral("Kenya 2025"));
        QVERIFY2(text.startsWith(QStringLiteral("Importing Kenya 2025: 3,120 of 10,000 · 96 ")),
                 qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("left")), qPrintable(text));
        progress.paused = true;
        QVERIFY(ImportBar::progress_text(progress, {}).contains(QStringLiteral("paused at 3,120 of 10,000")));

        ImportReport report;
        report.added = 9998;
        report.embedded = 9998;
        report.seconds = 104;
        QVERIFY(ImportBar::summary_text(report, QStringLiteral("Kenya"))
                    .startsWith(QStringLiteral("Kenya: 9,998 added")));
        ImportReport again;
        again.unchanged = 10'000;
        QVERIFY(ImportBar::summary_text(again, {}).contains(QStringLiteral("0 new, 10,000 unchanged")));
        report.cancelled = true;
        report.embedded = 120;
        QVERIFY(ImportBar::summary_text(report, {})
                    .contains(QStringLiteral("120 pictures done so far are kept")));

        const QString stages = ImportBar::stages_text({{"decode", 3.0, 10, 0, 0}, {"embed", 9.0, 10, 0, 0}});
        QVERIFY(stages.section(QLatin1Char('\n'), 1).contains(QStringLiteral("the slowest")));
        QVERIFY(!stages.section(QLatin1Char('\n'), 0, 0).contains(QStringLiteral("the slowest")));
    }

    void the_import_bar_follows_the_session() {
        Session session;
        ImportBar bar(session);
        QSignalSpy asked(&bar, &ImportBar::failedListRequested);
        bar.begin(QStringLiteral("Kenya"));
        QVERIFY(bar.isVisibleTo(nullptr));
        ImportProgress progress;
        progress.phase = ImportProgress::Phase::Embedding;
        progress.done = 10;
        progress.total = 100;
        progress.failed = 2;
        Q_EMIT session.importProgress(progress);
        auto* failed = bar.findChild<QPushButton*>(QStringLiteral("importFailed"));
        QVERIFY(failed->isVisibleTo(&bar));
        QVERIFY(failed->text().startsWith(QStringLiteral("2 failed")));
        failed->click();
        QCOMPARE(asked.size(), 1);
        QVERIFY(bar.findChild<QPushButton*>(QStringLiteral("importPause"))->isVisibleTo(&bar));
        ImportReport report;
        report.added = 98;
        Q_EMIT session.importFinished(report);
        QVERIFY(!bar.running());
        QVERIFY(!bar.findChild<QPushButton*>(QStringLiteral("importPause"))->isVisibleTo(&bar));
        QVERIFY(bar.isVisibleTo(nullptr));
        bar.findChild<QToolButton*>(QStringLiteral("importClose"))->click();
        QVERIFY(!bar.isVisibleTo(nullptr));
    }

    void failed_files_are_listed_with_their_reason() {
        FailedFilesModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.set_files({{1, "/p/a.jpg", {ErrorKind::Damaged, "/p/a.jpg ends early."}},
                         {0, "/p/closed", {ErrorKind::Permission, "/p/closed may not be read."}}});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(0, FailedFilesModel::FileColumn).data().toString(), QStringLiteral("a.jpg"));
        QCOMPARE(model.index(0, FailedFilesModel::FolderColumn).data().toString(), QStringLiteral("/p"));
        QVERIFY(model.index(1, FailedFilesModel::ReasonColumn)
                    .data()
                    .toString()
                    .contains(QStringLiteral("closed")));
    }

    void filter_text_becomes_conditions_and_words() {
        using Op = Condition::Operator;
        const std::vector<std::string> fields{"species", "year"};
        auto parsed = parse_filter(QStringLiteral("perched species=Song Sparrow year>2020"), fields);
        QCOMPARE(parsed.text, QStringLiteral("perched"));
        QCOMPARE(parsed.conditions.size(), std::size_t(2));
        QCOMPARE(parsed.conditions[0].value, std::string("Song Sparrow"));
        QVERIFY(parsed.conditions[1].op == Op::Greater);
        parsed = parse_filter(QStringLiteral("species=\"Song Sparrow\" on a twig"), fields);
        QCOMPARE(parsed.conditions.size(), std::size_t(1));
        QCOMPARE(parsed.text, QStringLiteral("on a twig"));
        parsed = parse_filter(QStringLiteral("Species!=Crow"), fields);
        QVERIFY(parsed.conditions.size() == 1 && parsed.conditions[0].op == Op::NotEqual);
        QCOMPARE(parsed.conditions[0].field, std::string("species"));
        // No such field: the words are looked for as they are. A condition without a value is not one yet.
        QCOMPARE(parse_filter(QStringLiteral("colour=red"), fields).text, QStringLiteral("colour=red"));
        QVERIFY(parse_filter(QStringLiteral("species="), fields).conditions.empty());
    }

    void the_filter_field_settles_and_gives_conditions_on_enter() {
        FilterField field;
        field.set_fields({"species"});
        QSignalSpy free(&field, &FilterField::freeTextChanged);
        QSignalSpy entered(&field, &FilterField::conditionsEntered);
        QTest::keyClicks(&field, QStringLiteral("twig"));
        QCOMPARE(free.size(), 0);
        QTRY_COMPARE(free.size(), 1);
        QTest::keyClicks(&field, QStringLiteral(" species=Crow"));
        QTest::keyClick(&field, Qt::Key_Return);
        QCOMPARE(entered.size(), 1);
        QCOMPARE(field.text(), QStringLiteral("twig"));
        QCOMPARE(field.free_text(), QStringLiteral("twig"));
    }

    void settings_come_back() {
        QTemporaryDir dir;
        const QString file = dir.filePath(QStringLiteral("settings.conf"));
        const std::string odd = "/tmp/B\xe4r.fieldmark";  // bytes that are no UTF-8
        {
            Settings settings(file);
            settings.set_tile_size(222);
            settings.set_sidebar_visible(false);
            settings.set_appearance(Appearance::Dark);
            settings.add_recent_library("/a.fieldmark");
            settings.add_recent_library(odd);
            settings.add_recent_library("/a.fieldmark");
            settings.set_library_value(odd, QStringLiteral("sort"), 3);
        }
        Settings settings(file);
        QCOMPARE(settings.tile_size(), 222);
        QVERIFY(!settings.sidebar_visible());
        QVERIFY(settings.appearance() == Appearance::Dark);
        QVERIFY((settings.recent_libraries() == std::vector<std::string>{"/a.fieldmark", odd}));
        QCOMPARE(settings.last_library(), std::string("/a.fieldmark"));
        QCOMPARE(settings.library_value(odd, QStringLiteral("sort")).toInt(), 3);
        settings.remove_recent_library(odd);
        QCOMPARE(settings.recent_libraries().size(), std::size_t(1));
    }

    void icons_take_the_text_colour() {
        const QPixmap red = icon_pixmap(QStringLiteral("close"), 24, Qt::red, 1);
        QVERIFY(!red.isNull());
        bool inked = false;
        const QImage image = red.toImage();
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor pixel = image.pixelColor(x, y);
                if (pixel.alpha() > 200) inked = inked || (pixel.red() > 200 && pixel.green() < 60);
            }
        }
        QVERIFY(inked);
        QVERIFY(!application_icon().pixmap(48, 48).isNull());
    }

    void palettes_keep_text_readable() {
        for (const QPalette& palette : {Theme::light_palette(), Theme::dark_palette()}) {
            const auto between = [&](QPalette::ColorRole a, QPalette::ColorRole b) {
                return contrast(palette.color(a), palette.color(b));
            };
            QVERIFY(between(QPalette::Text, QPalette::Base) > 7);
            QVERIFY(between(QPalette::WindowText, QPalette::Window) > 7);
            QVERIFY(between(QPalette::ButtonText, QPalette::Button) > 7);
            QVERIFY(between(QPalette::HighlightedText, QPalette::Highlight) > 3);
            QVERIFY(between(QPalette::Highlight, QPalette::Base) > 3);
        }
    }

    void check_boxes_have_edges() {
        ClearEdgesStyle style;
        for (const QPalette& palette : {Theme::light_palette(), Theme::dark_palette()}) {
            for (const auto element : {QStyle::PE_IndicatorCheckBox, QStyle::PE_IndicatorItemViewItemCheck}) {
                QStyleOptionViewItem option;
                option.palette = palette;
                option.rect = QRect(4, 4, 14, 14);
                option.state =
                    QStyle::State_Enabled | QStyle::State_Off | QStyle::State_HasFocus;  // by a click
                QImage image(24, 24, QImage::Format_RGB32);
                image.fill(palette.color(QPalette::Window));
                QPainter painter(&image);
                style.drawPrimitive(element, &option, &painter);
                painter.end();
                const QColor ground = palette.color(QPalette::Window);
                for (const QPoint& edge : {QPoint(10, 4), QPoint(4, 10), QPoint(17, 10), QPoint(10, 17)})
                    QVERIFY2(contrast(image.pixelColor(edge), ground) > 3,
                             qPrintable(image.pixelColor(edge).name()));
            }
        }
    }
};

QTEST_MAIN(TestShellWidgets)
#include "test_shell_widgets.moc"
