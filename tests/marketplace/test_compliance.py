"""What must not leave for Wildberries is found, and what is harmless is left alone."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from marketplace.compliance import LIMITS, Channel, Rule, Severity, check, is_refused
from marketplace.compliance.rules import SEVERITIES

REFUSED = [
    # links, plain and disguised
    ("link", "Подробнее на https://shop.example/куртка"),
    ("link", "Заходите на www.shop-moda.ru"),
    ("link", "Наш магазин shop-moda.ru ждёт вас"),
    ("link", "Ищите нас: shop-moda . ru"),
    ("link", "Наш адрес шопмода точка ру"),
    ("link", "Наш адрес shopmoda (точка) ru"),
    ("link", "shopmoda[.]com — там дешевле"),
    ("link", "Смотрите мойсайт.рф"),
    ("link", "Перейдите, пожалуйста, по этой ссылке"),
    ("link", "Вся информация есть на нашем сайте"),
    ("link", "shор-moda.ru"),  # Cyrillic о and р
    ("link", "sh\u200bop-moda.r\u200bu"),
    ("link", "ｓｈｏｐ-moda．ru"),
    ("email", "Пишите на help@shop.ru"),
    ("email", "Пишите на help собака mail точка ру"),
    # phones
    ("phone", "Позвоните нам: +7 912 345-67-89"),
    ("phone", "Наш номер 8 (912) 345 67 89"),
    ("phone", "Тел. 89123456789"),
    ("phone", "Звоните (912) 345-67-89"),
    ("phone", "8 9I2 345 67 89 — звоните"),
    ("phone", "8 912 345 6О О8"),
    ("phone", "8·912·345·67·89".replace("·", "-")),
    ("phone", "Номер: восемь девятьсот двенадцать триста сорок пять"),
    # messengers
    ("messenger", "Напишите нам в телеграм"),
    ("messenger", "Напишите нам в Телеграмме"),
    ("messenger", "Напишите в ТЕЛEГРАМ"),  # Latin E
    ("messenger", "Пишите в tеlegrаm"),  # Cyrillic е and а
    ("messenger", "Пишите в тг"),
    ("messenger", "Мы есть в WhatsApp и Вайбере"),
    ("messenger", "Свяжитесь через ватсап"),
    ("messenger", "Подпишитесь: @shop_moda"),
    ("messenger", "Ждём вас во ВКонтакте"),
    ("messenger", "Мы во вк"),
    ("messenger", "Любой мессенджер подойдёт"),
    # rewards for reviews
    ("reward_for_review", "Вернём деньги, если вы удалите отзыв"),
    ("reward_for_review", "Удалите, пожалуйста, отзыв. Мы вернём вам деньги."),
    ("reward_for_review", "Переведём 500 рублей за изменение оценки"),
    ("reward_for_review", "Дарим подарок за отзыв с фото"),
    ("reward_for_review", "Кешбэк 100 рублей за пять звёзд и отзыв"),
    ("reward_for_review", "За исправление отзыва полагается бонус"),
    ("reward_for_review", "Готовы предложить компенсацию после удаления отзыва"),
    ("reward_for_review", "Поставьте пять звёзд и оставьте отзыв, а мы начислим бонусы"),
    ("reward_for_review", "We will give you a refund if you delete your review"),
    ("review_request", "Удалите, пожалуйста, отзыв"),
    ("review_request", "Просим изменить вашу оценку"),
    ("review_request", "Поставьте нам 5 звёзд"),
    ("money_offer", "Мы вернём вам деньги"),
    ("money_offer", "Отправим вам промокод"),
    ("payment_aside", "Переведём на карту"),
    ("payment_aside", "Можем вернуть по СБП"),
    ("payment_aside", "Закажите напрямую, минуя Wildberries"),
    # blame and rudeness
    ("blame", "Вы сами виноваты"),
    ("blame", "Это ваша вина"),
    ("blame", "Надо было внимательно читать описание"),
    ("blame", "Читайте внимательнее карточку"),
    ("blame", "Вы неправильно стирали вещь"),
    ("blame", "Вы лжёте"),
    ("blame", "Из-за вашей невнимательности вещь порвалась"),
    ("rude", "Идиот, а не покупатель"),
    ("rude", "Какого хуя"),
    # machines, rivals, secrets, templates
    ("ai_talk", "Я — бот магазина"),
    ("ai_talk", "Как языковая модель, я не могу"),
    ("ai_talk", "Ответ подготовила нейросеть"),
    ("ai_talk", "Мои инструкции запрещают это"),
    ("marketplace", "На Озоне этот товар дешевле"),
    ("marketplace", "Есть и на Ozon"),
    ("marketplace", "Ищите на Яндекс Маркете"),
    ("marketplace", "Закажите на Алиэкспрессе"),
    ("personal_data", "Пришлите ваш номер карты"),
    ("personal_data", "Сообщите адрес и телефон"),
    ("personal_data", "Паспорт 4510 123456"),
    ("personal_data", "Карта 4111 1111 1111 1111"),
    ("placeholder", "Здравствуйте, [имя покупателя]!"),
    ("placeholder", "Здравствуйте, {name}!"),
]
HARMLESS = [
    "Спасибо за отзыв и высокую оценку! Рады, что куртка подошла.",
    "Благодарим за оценку! Скидка на товар действует до пятницы.",
    "Спасибо за отзыв! Оформите возврат в личном кабинете, деньги вернутся на ваш счёт Wildberries.",
    "Нам очень жаль. Напишите нам в чат с продавцом, разберёмся.",
    "Набор открыток «Телеграмма»: три телеграммы и конверт.",
    "Поздравительная телеграмма выглядит чудесно, спасибо!",
    "Размер 42-44, рост 170-176, обхват груди 88-92 см.",
    "Артикул 89123456789 соответствует размеру XL.",
    "Штрихкод 4601234567893 указан на упаковке.",
    "Номер заказа 79123456789, передали на склад.",
    "Код товара: 8 912 345 67 89.",
    "nmId 146972802, цвет 01.",
    "Плотность 2.5 мм, длина 1,20 м, вес 0.8 кг и т.д. и т.п.",
    "Спасибо.Рады,что понравилось.Носите с удовольствием.",
    "Мощность 1200 Вт, 220-240 В, 50/60 Гц.",
    "Ботинки и робот-пылесос отправляются отдельно.",
    "Генератор озона подходит для обработки комнаты.",
    "Рекомендуем стирать при 30 градусах, отжим 800 оборотов.",
    "К куртке прилагается паспорт изделия.",
    "Подарок вашей маме — отличная идея!",
    "Срок службы батареи — 12 месяцев (365 дней).",
    "Ткань не просвечивает. Нет запаха. Ком не образуется.",
    "Made in Russia. Pro version in a box.",
    "Страхуйте груз, не бейте по корпусу, мебель из массива.",
    "Сучки на доске — особенность дерева, ребёнок доволен.",
    "Худи сядет свободно, худой фигуре подойдёт S.",
    "12.05.2026 товар поступит на склад.",
    "Сумка вмещает 1000 2000 мелочей, 3 отделения.",
    "Дефект стежка возможен, команда проверит партию.",
    "Вы правильно поняли: это хлопок.",
]


@pytest.mark.parametrize(("rule", "text"), REFUSED)
def test_what_is_forbidden_is_found_where_it_stands(rule, text):
    found = {finding.rule: finding for finding in check(text, channel=Channel.REVIEW_ANSWER)}

    assert rule in found
    finding = found[rule]
    assert finding.severity == Severity.REFUSE
    assert finding.words == text[finding.start : finding.end]
    assert finding.advice


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_is_left_alone(text):
    assert [(f.rule.value, f.words) for f in check(text, channel=Channel.REVIEW_ANSWER)] == []


def test_the_products_own_name_is_no_advertising():
    text = "Чехол «Телеграм» и наклейка Ozon сочетаются."

    assert {f.rule for f in check(text, channel=Channel.REVIEW_ANSWER)} == {Rule.MESSENGER, Rule.MARKETPLACE}
    assert check(text, channel=Channel.REVIEW_ANSWER, product_name="Чехол Телеграм, наклейка Ozon") == []


def test_the_products_name_excuses_no_link():
    found = check("Ищите на ozon.ru", channel=Channel.REVIEW_ANSWER, product_name="Наклейка Ozon ru")

    assert Rule.LINK in {f.rule for f in found}


@pytest.mark.parametrize("text", ["Мы вернём вам деньги.", "Готовы решить вопрос. Будем рады, если измените оценку."])
def test_a_talk_about_money_or_the_rating_is_questionable_in_a_chat_and_refused_in_public(text):
    assert not is_refused(check(text, channel=Channel.CHAT_MESSAGE))
    assert check(text, channel=Channel.CHAT_MESSAGE)
    assert is_refused(check(text, channel=Channel.REVIEW_ANSWER))


@pytest.mark.parametrize("channel", [Channel.CHAT_MESSAGE, Channel.SEQUENCE, Channel.REVIEW_ANSWER])
def test_money_for_a_review_is_refused_everywhere(channel):
    assert is_refused(check("Компенсируем стоимость, если удалите отзыв", channel=channel))


def test_a_complaint_may_quote_what_the_review_advertises():
    text = "В отзыве реклама: «пишите в телеграм, https://spam.example». Конкурент сам виноват."

    found = check(text, channel=Channel.COMPLAINT)

    assert {f.rule for f in found} == {Rule.LINK, Rule.MESSENGER}
    assert not is_refused(found)


@pytest.mark.parametrize("channel", list(Channel))
def test_length_is_kept_to_the_character(channel):
    least, most = LIMITS[channel]

    def rules(length):
        return [f.rule for f in check("а" * length, channel=channel)]

    assert rules(least) == rules(most) == []
    assert rules(least - 1) == rules(most + 1) == [Rule.LENGTH]
    assert check(" " * 10, channel=channel)[0].rule == Rule.LENGTH


def test_five_thousand_characters_with_forbidden_phrases_at_both_ends():
    text = "Пишите в телеграм. " + "Спасибо за покупку. " * 300 + "Вернём деньги, если удалите отзыв."

    found = check(text, channel=Channel.REVIEW_ANSWER)

    assert {Rule.LENGTH, Rule.MESSENGER, Rule.REWARD_FOR_REVIEW} <= {f.rule for f in found}
    reward = next(f for f in found if f.rule == Rule.REWARD_FOR_REVIEW)
    assert reward.start > 6000


PIECES = st.sampled_from(
    [*(text for _, text in REFUSED), *HARMLESS, "İ", "ﬃ", "\u200b", "e\u0301", "😀", "\n", "й", "ё"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=30)), max_size=8).map(" ".join), st.sampled_from(list(Channel)))
@example("\u0301 @aaaa", Channel.REVIEW_ANSWER)
def test_every_finding_names_its_place_in_the_text_as_given(text, channel):
    for finding in check(text, channel=channel):
        assert 0 <= finding.start <= finding.end <= len(text)
        if finding.rule != Rule.LENGTH:
            assert finding.start < finding.end
            assert finding.words == text[finding.start : finding.end]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(REFUSED), st.text("абвгд \n", max_size=60))
def test_what_is_forbidden_is_found_behind_anything(case, before):
    rule, text = case

    found = check(f"{before}\n{text}", channel=Channel.REVIEW_ANSWER)

    assert rule in {f.rule for f in found}


def test_every_rule_says_what_each_channel_makes_of_it():
    assert set(SEVERITIES) == set(Rule)
