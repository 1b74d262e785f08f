// SPDX-FileCopyrightText: 2026 The Fieldmark authors
// SPDX-License-Identifier: Apache-2.0
#include "ui/pages/result_card.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/engine/learning/query_changes.h"
#include "ui/widgets/figure_tiles.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/labels.h"
#include "ui/widgets/metrics.h"
#include "ui/widgets/picture_rows.h"
#include "ui/widgets/text.h"

namespace fieldmark {
namespace {

constexpr std::size_t kRows = 40;

enum Queries { Improved, Worsened, Worst };  ///< as the choice has them

QString of_hundred(double fraction) {
    return QLocale().toString(100 * fraction, 'f', 0);
}

}  // namespace

ResultCard::ResultCard(ThumbnailStore& thumbnails, QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("resultCard"));
    const int unit = rhythm(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(unit);
    auto* title = new QLabel(tr("Before and after on classes it has not seen"), this);
    QFont bold = title->font();
    bold.setBold(true);
    title->setFont(bold);
    title->setWordWrap(true);
    column->addWidget(title);
    m_headline = new QLabel(this);
    m_headline->setObjectName(QStringLiteral("resultHeadline"));
    m_headline->setWordWrap(true);
    QFont large = m_headline->font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    m_headline->setFont(large);
    m_headline->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_headline);
    m_figures = new FigureTiles(this);
    m_figures->setObjectName(QStringLiteral("resultFigures"));
    column->addWidget(m_figures);
    m_explanation = quiet_note(this, QStringLiteral("resultExplanation"));
    m_explanation->setTextInteractionFlags(Qt::TextSelectableByMouse);
    column->addWidget(m_explanation);

    m_buttons = new QHBoxLayout;
    m_buttons->setSpacing(unit);
    m_use = new QPushButton(icon(QStringLiteral("check")), tr("&Use this model"), this);
    m_use->setObjectName(QStringLiteral("useModel"));
    m_use->setToolTip(tr("Searches use it from then on; the model of before stays and can be taken back"));
    connect(m_use, &QPushButton::clicked, this, [this] { Q_EMIT useRequested(m_result.model_hash); });
    m_again = new QPushButton(tr("Learn &again"), this);
    m_again->setObjectName(QStringLiteral("learnAgain"));
    m_again->setToolTip(tr("Back to the choices; this result stays in the list of models"));
    connect(m_again, &QPushButton::clicked, this, &ResultCard::againRequested);
    m_use_text = quiet_note(this, QStringLiteral("useModelText"));
    m_buttons->addWidget(m_use);
    m_buttons->addWidget(m_again);
    m_buttons->addWidget(m_use_text, 1);
    m_buttons->addStretch(1);
    column->addLayout(m_buttons);

    m_choice = new QComboBox(this);
    m_choice->setObjectName(QStringLiteral("resultChoice"));
    m_choice->setAccessibleName(tr("Which queries to show"));
    m_choice->setToolTip(
        tr("Queries of the classes kept aside, by how their ranking changed or how good it is now"));
    m_choice->addItem(tr("most improved queries"));
    m_choice->addItem(tr("queries that became worse"));
    m_choice->addItem(tr("worst queries after learning"));
    column->addWidget(m_choice, 0, Qt::AlignLeft);
    m_rows = new PictureRows(thumbnails, this);
    m_rows->setObjectName(QStringLiteral("resultRows"));
    m_rows->setAccessibleName(tr("Queries with what they found before and after"));
    m_rows->set_empty_text(tr("There are none."));
    connect(m_rows, &PictureRows::lookAlikesRequested, this, &ResultCard::lookAlikesRequested);
    connect(m_choice, &QComboBox::currentIndexChanged, this, &ResultCard::show_rows);
    column->addWidget(m_rows, 1);
}

void ResultCard::show_result(const TrainingResult& result) {
    m_result = result;
    const TrainingOutcome& outcome = result.outcome;
    const ValidationFigures& before = outcome.before;
    const ValidationFigures& after = outcome.after;
    const bool kept = !result.model_hash.empty();
    const Interval recall = recall_gain(outcome.queries);
    const Interval precision = precision_gain(outcome.queries);
    const bool worse = kept && precision.high < 0;
    const QString label = tr("The nearest picture is of the same class in %1 of 100 cases; before it was %2.")
                              .arg(of_hundred(after.recall_at_1), of_hundred(before.recall_at_1));
    if (!kept) {
        m_headline->setText(!outcome.cancelled ? tr("Nothing better was found: the model in use stays.")
                                               : tr("The training ended before there was anything to keep."));
    } else {
        m_headline->setText(label);
    }
    QStringList parts;
    if (kept && precision.low <= 0 && precision.high >= 0) {
        parts +=
            tr("That is within what chance alone can do: with so few pictures kept aside it cannot be told "
               "whether the new model is better.");
    } else if (worse) {
        parts += tr("The new model is worse on them. Better leave it.");
    }
    parts += tr("Checked with %1 pictures of %2 classes that were kept aside until then. The best epoch was "
                "chosen "
                "by the same classes, so expect a little less on others.")
                 .arg(Text::count(after.queries), Text::count(after.classes));
    if (result.preview.learned_classes > 0) {
        parts += tr("%1 had learned %n class(es) of these already, which flatters both figures.", nullptr,
                    result.preview.learned_classes)
                     .arg(Text::display_name(result.preview.base_name));
    }
    if (kept) parts += tr("The new model is called %1.").arg(Text::display_name(result.preview.model_name));
    parts += tr("%1 epochs in %2, best after epoch %3.")
                 .arg(Text::count(outcome.epochs), Text::duration(outcome.seconds),
                      Text::count(outcome.best_epoch));
    if (outcome.total_parameters > 0) {
        parts += tr("%1 of %2 weights were learned (%3).")
                     .arg(Text::count(outcome.trainable_parameters), Text::count(outcome.total_parameters),
                          exact_percent(static_cast<double>(outcome.trainable_parameters) /
                                        static_cast<double>(outcome.total_parameters)));
    }
    if (!outcome.note.empty()) parts += Text::display_name(outcome.note);
    m_explanation->setText(parts.join(QLatin1Char(' ')));
    std::vector<FigureTiles::Figure> figures;
    const QString tip = tr("In brackets: 95% interval, the queries drawn again and again");
    figures.push_back({tr("%1 → %2", "before, after")
                           .arg(exact_percent(before.recall_at_1), exact_percent(after.recall_at_1)),
                       tr("Recall@1"), outcome.queries.empty() ? QString() : difference_text(recall), tip});
    figures.push_back(
        {tr("%1 → %2", "before, after").arg(exact_percent(before.map_at_r), exact_percent(after.map_at_r)),
         tr("MAP@R"), outcome.queries.empty() ? QString() : difference_text(precision), tip});
    m_figures->set_figures(figures);
    m_figures->setVisible(after.queries > 0);
    const bool rows = !outcome.queries.empty();
    m_choice->setVisible(rows);
    m_rows->setVisible(rows);
    m_choice->setCurrentIndex(worse ? Worsened : Improved);
    // What is worse is not offered first.
    m_use->setText(worse ? tr("&Use it all the same") : tr("&Use this model"));
    m_use->setIcon(worse ? QIcon() : icon(QStringLiteral("check")));
    m_buttons->removeWidget(m_again);
    m_buttons->insertWidget(worse ? 0 : 1, m_again);
    setTabOrder(worse ? m_again : m_use, worse ? m_use : m_again);
    m_use->setVisible(kept);
    set_use_text({});
    show_rows();
}

void ResultCard::set_use_text(const QString& text) {
    m_use_text->setText(text);
    m_use_text->setVisible(!text.isEmpty());
    m_use->setVisible(text.isEmpty() && !m_result.model_hash.empty());
}

void ResultCard::show_rows() {
    const int choice = m_choice->currentIndex();
    std::vector<QueryChange> queries = m_result.outcome.queries;
    const auto gain = [](const QueryChange& query) { return query.precision_after - query.precision_before; };
    std::erase_if(queries, [&](const QueryChange& query) {
        if (choice == Worst) return query.precision_after >= 1;  // all of its class come first
        return choice == Improved ? gain(query) <= 0 : gain(query) >= 0;
    });
    std::stable_sort(queries.begin(), queries.end(), [&](const QueryChange& a, const QueryChange& b) {
        if (choice == Worst)
            return std::pair(a.precision_after, a.hit_after) < std::pair(b.precision_after, b.hit_after);
        return std::abs(gain(a)) > std::abs(gain(b));
    });
    if (queries.size() > kRows) queries.resize(kRows);
    std::vector<PictureRow> rows;
    for (const QueryChange& query : queries) {
        PictureRow row;
        row.query = query.item;
        row.title = tr("%1 → %2", "before, after")
                        .arg(exact_percent(query.precision_before), exact_percent(query.precision_after));
        row.subtitle = tr("MAP@R: how far up the pictures of its class stand");
        PictureRow::Line line;
        const auto tile = [](std::int64_t item, bool hit, const QString& caption) {
            return PictureRow::Tile{item, caption, hit ? PictureRow::Mark::Right : PictureRow::Mark::Wrong};
        };
        if (query.nearest_before != 0) {
            line.tiles.push_back(tile(query.nearest_before, query.hit_before, tr("before")));
        }
        if (query.nearest_after != 0) {
            line.tiles.push_back(tile(query.nearest_after, query.hit_after, tr("after")));
        }
        row.lines.push_back(line);
        rows.push_back(row);
    }
    m_rows->set_rows(std::move(rows));
}

}  // namespace fieldmark
